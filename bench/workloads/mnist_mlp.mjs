// Softmax regression on 784 inputs: bound by overhead.
export const model = (keras) => keras.sequential([keras.input({ shape: [784] }), keras.layers.dense({ units: 10 })]);
export const x = (tensorSpec) => tensorSpec([null, 784], 'float32');
export const y = (tensorSpec) => tensorSpec([null], 'int32');
