// EMNIST CNN: conv 32 5x5, pool, conv 64 5x5, pool, dense 512, dense 62 (1.69 M parameters).
export const model = (keras) =>
  keras.sequential([
    keras.input({ shape: [28, 28, 1] }),
    keras.layers.conv2d({ filters: 32, kernelSize: 5, padding: 'same', activation: 'relu' }),
    keras.layers.maxPooling2d({ poolSize: 2 }),
    keras.layers.conv2d({ filters: 64, kernelSize: 5, padding: 'same', activation: 'relu' }),
    keras.layers.maxPooling2d({ poolSize: 2 }),
    keras.layers.flatten(),
    keras.layers.dense({ units: 512, activation: 'relu' }),
    keras.layers.dense({ units: 62 }),
  ]);
export const x = (tensorSpec) => tensorSpec([null, 28, 28, 1], 'float32');
export const y = (tensorSpec) => tensorSpec([null], 'int32');
