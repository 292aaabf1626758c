/** The gradient over batches, against that of all examples as one batch. */
import { expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { flat } from './fixtures.js';

it('is that of all examples together, regularisers included', async () => {
  const random = new Random(5);
  const init = (seed: number) => keras.initializers.glorotUniform({ seed });
  const model = fromKerasModel(
    keras.sequential([
      keras.input({ shape: [3] }),
      keras.layers.dense({
        units: 4,
        activation: 'tanh',
        kernelInitializer: init(1),
        kernelRegularizer: keras.regularizers.l2({ l2: 0.1 }),
      }),
      keras.layers.dense({ units: 2, kernelInitializer: init(2) }),
    ]),
    {
      loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      inputSpec: { x: tensorSpec([null, 3]), y: tensorSpec([null], 'int32') },
    },
  );
  const x = tensor(Array.from({ length: 7 }, () => [random.normal(), random.normal(), random.normal()]));
  const y = tensor(Int32Array.from({ length: 7 }, () => random.integer(2)));
  const before = flat(model.getWeights().trainable);
  const expected = flat((await model.backwardPass({ x, y }, { training: true })).gradients as never);
  using process = algorithms.buildFedSgd(model, { serverOptimizer: optimizers.sgdm({ learningRate: 1 }) });
  for (const batchSize of [1, 3, 7]) {
    const { state } = await process.next(await process.initialize(), [data.clientDataset({ x, y }, { batchSize, epochs: 2 })]);
    const after = flat(process.getModelWeights(state).trainable);
    expected.forEach((g, i) => expect((before[i] as number) - (after[i] as number)).toBeCloseTo(g, 5));
  }
});

it('takes batches in training mode, and leaves the averages of batch normalisation alone', async () => {
  const model = fromKerasModel(
    keras.sequential([
      keras.input({ shape: [1] }),
      keras.layers.batchNormalization({ epsilon: 0 }),
      keras.layers.dense({ units: 1, kernelInitializer: 'ones' }),
    ]),
    { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) } },
  );
  using process = algorithms.buildFedSgd(model, { serverOptimizer: optimizers.sgdm({ learningRate: 1 }) });
  // Both batches are 1 and −1 once they are normalised, whose mean error is that of the labels.
  const client = data.clientDataset({ x: tensor([[3], [1], [10], [0]]), y: tensor([[2], [0], [5], [3]]) }, { batchSize: 2 });
  const { state, metrics } = await process.next(await process.initialize(), [client]);
  const [gamma, beta, kernel, bias] = flat(process.getModelWeights(state).trainable);
  // Errors are -1, -1, -4 and -4: no gradient along 1 and −1, and -5 for what is added.
  [gamma, beta, kernel, bias].forEach((w, i) => expect(w).toBeCloseTo([1, 5, 1, 5][i] as number, 4));
  expect(metrics.clientWork?.train?.loss).toBeCloseTo(8.5, 4);
  expect(flat(process.getModelWeights(state).nonTrainable)).toEqual([0, 1]);
});
