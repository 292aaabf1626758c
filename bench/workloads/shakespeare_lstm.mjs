// Next-character prediction: embedding 8, two LSTMs of 256, dense 90, 80 steps (0.82 M parameters).
export const model = (keras) =>
  keras.sequential([
    keras.input({ shape: [80], dtype: 'int32' }),
    keras.layers.embedding({ inputDim: 90, outputDim: 8 }),
    keras.layers.lstm({ units: 256, returnSequences: true }),
    keras.layers.lstm({ units: 256, returnSequences: true }),
    keras.layers.dense({ units: 90 }),
  ]);
export const x = (tensorSpec) => tensorSpec([null, 80], 'int32');
export const y = (tensorSpec) => tensorSpec([null, 80], 'int32');
