/** Models whose files differ in all that files can differ in. */
import { keras, type Tensor } from '../../../src/index.js';

const { input, layers, model, sequential } = keras;
const dense = (units: number, name: string) => layers.dense({ units, name, activation: 'tanh' });

/** Two inputs and outputs, a layer used twice, a model in a model. */
function functional(): keras.Model {
  const [a, b] = [input({ shape: [4], name: 'a' }), input({ shape: [4], name: 'b' })];
  const shared = dense(3, 'shared');
  const inner = sequential([input({ shape: [3] }), dense(3, 'inner_1'), dense(2, 'inner_2')], { name: 'inner' });
  const [left, right] = [shared.apply(a), shared.apply(b)];
  const both = layers.concatenate({ name: 'both' }).apply([left, right]);
  return model({ inputs: { a, b }, outputs: [inner.apply(left), dense(1, 'head').apply(both)] }) as unknown as keras.Model;
}

/** Recurrent layers in wrappers, weights that are not trained, options that are objects. */
function wrapped(): keras.Model {
  return sequential([
    input({ shape: [5, 3] }),
    layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }) }),
    layers.timeDistributed({ layer: layers.dense({ units: 3, kernelRegularizer: keras.regularizers.l2({ l2: 0.01 }) }) }),
    layers.batchNormalization({ momentum: 0.9 }),
    layers.gru({ units: 2, kernelConstraint: keras.constraints.maxNorm({ maxValue: 2 }), trainable: false }),
    layers.dropout({ rate: 0.25, seed: 3 }),
  ]) as unknown as keras.Model;
}

/** Several layers of a class, other element types. */
function mixed(): keras.Model {
  return sequential([
    input({ shape: [6], dtype: 'int32' }),
    layers.embedding({ inputDim: 5, outputDim: 4 }),
    layers.conv1d({ filters: 3, kernelSize: 2, padding: 'same', useBias: false }),
    layers.conv1d({ filters: 2, kernelSize: 3, activation: 'relu', kernelInitializer: keras.initializers.heNormal({ seed: 2 }) }),
    layers.globalAveragePooling1d(),
    layers.dense({ units: 2, dtype: 'float64' }),
  ]) as unknown as keras.Model;
}

/** A layer that holds models, one of them functional. */
function held(): keras.Model {
  const [a, inner] = [input({ shape: [4] }), dense(3, 'inner')];
  const graph = model({
    inputs: a,
    outputs: layers.add({ name: 'sum' }).apply([inner.apply(a), dense(3, 'other').apply(a)]),
    name: 'graph',
  });
  const stack = sequential([input({ shape: [3] }), dense(2, 'first'), layers.batchNormalization({ name: 'norm' })], { name: 'stack' });
  const each = [graph, stack].map((one) => layers.timeDistributed({ layer: one as unknown as keras.Layer }));
  return sequential([input({ shape: [5, 4] }), ...each]) as unknown as keras.Model;
}

export const MODELS: Readonly<Record<string, () => keras.Model>> = { functional, wrapped, mixed, held };

/** All weights' names, element types and values. */
export const weightsOf = (m: keras.Model): unknown[] =>
  [...m.trainableWeights, ...m.nonTrainableWeights].map(({ name, value }) => [
    name,
    value.dtype,
    value.shape,
    Array.from((value as Tensor<'float32'>).data),
  ]);
