/** TFF's fixture D: four examples, three times over in batches of three; and a dense layer of zeros with a squared error. */
import { data, fromKerasModel, keras, tensor, tensorSpec } from '../../src/index.js';

const X = [
  [0, 0],
  [1, 0],
  [2, 0],
  [3, 0],
];
const Y = [[0], [0], [1], [1]];

export const fixtureD = () => data.clientDataset({ x: tensor([...X, ...X, ...X]), y: tensor([...Y, ...Y, ...Y]) }, { batchSize: 3 });
export const fourExamples = () => data.clientDataset({ x: tensor(X), y: tensor(Y) }, { batchSize: 4 });
export const twoExamples = () =>
  data.clientDataset(
    {
      x: tensor([
        [1, 2],
        [3, 4],
      ]),
      y: tensor([[1], [2]]),
    },
    { batchSize: 4 },
  );

const zeroDense = () => keras.sequential([keras.input({ shape: [2] }), keras.layers.dense({ units: 1, kernelInitializer: 'zeros' })]);
const inputSpec = { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) };
export const zeroModel = () => fromKerasModel(zeroDense(), { loss: keras.losses.meanSquaredError(), inputSpec });

/** TFF's `LinearRegression`: the loss is half the mean of the squares. */
export const linearRegression = () =>
  fromKerasModel(zeroDense(), { loss: [keras.losses.meanSquaredError()], lossWeights: [0.5], inputSpec });

/** A model with dropout, of four numbers and three classes: a client has other results wherever its place among the others, or the round, is another. */
export function randomModel() {
  const layers = [keras.layers.dropout({ rate: 0.3, seed: 1 }), keras.layers.dense({ units: 3, kernelInitializer: 'zeros' })];
  return fromKerasModel(keras.sequential([keras.input({ shape: [4] }), ...layers]), {
    loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    inputSpec: { x: tensorSpec([null, 4]), y: tensorSpec([null], 'int32') },
  });
}

export const flat = (tensors: readonly { readonly data: ArrayLike<unknown> }[]): number[] =>
  tensors.flatMap((t) => Array.from(t.data, Number));
