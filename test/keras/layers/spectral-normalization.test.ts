import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, tensor, tensorSpec } from '../../../src/index.js';
import { testCases } from './keras-cases.js';

const { dense, flatten, spectralNormalization, timeDistributed } = keras.layers;

/** One client's three steps from fixed weights: the trained ones and `vector_u`. */
async function trained(isShared: boolean, clientOptimizer: keras.optimizers.Optimizer) {
  const x = keras.input({ shape: [2] });
  const layer = spectralNormalization({ layer: dense({ units: 2, kernelRegularizer: keras.regularizers.l2({ l2: 0.1 }) }) });
  const once = layer.apply(x);
  const model = keras.model({ inputs: x, outputs: dense({ units: 1 }).apply(isShared ? layer.apply(once) : once) });
  model.setWeights([
    tensor([
      [0.5, -1],
      [1.5, 0.25],
    ]),
    tensor([[0.3, -0.2]]),
    tensor([0.1, -0.1]),
    tensor([[1], [-0.5]]),
    tensor([0.2]),
  ]);
  using federated = fromKerasModel(model, {
    loss: keras.losses.meanSquaredError(),
    inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
  });
  using process = algorithms.buildWeightedFedAvg(federated, { clientOptimizer, batchNorm: 'aggregate' });
  const client = data.clientDataset(
    {
      x: tensor([
        [1, 2],
        [-1, 0.5],
        [0.25, -0.75],
        [2, 1],
        [0.5, 0.5],
        [-2, 1],
      ]),
      y: tensor([[1], [0], [-1], [2], [0.5], [1]]),
    },
    { batchSize: 2, shuffle: false },
  );
  const initial = await process.initialize();
  const { state } = await process.next(initial, [client]);
  const { trainable, nonTrainable } = process.getModelWeights(state);
  return [...trainable, ...nonTrainable].flatMap(({ data: values }) => Array.from(values as Float32Array));
}

describe('spectralNormalization', () => {
  testCases('SpectralNormalization');

  // What Keras's fit gives.
  it.each([
    [
      'once, by gradient descent',
      false,
      keras.optimizers.sgd({ learningRate: 0.1 }),
      [
        0.013949573, -0.69238925, 1.0659578, 0.37587219, 0.026589252, -0.076474033, 0.7756964, -0.047606081, 0.16766119, 0.98954171,
        0.14424761,
      ],
    ],
    [
      'twice, by Adam',
      true,
      keras.optimizers.adam({ learningRate: 0.1 }),
      [
        0.37866345, -0.47092348, 0.85548663, 0.16599652, 0.0071486156, -0.16389088, 0.72296333, -0.48608428, 0.12382189, 0.99513811,
        -0.098489426,
      ],
    ],
  ] as const)('trains as in Keras, applied %s', async (_, isShared, optimizer, expected) => {
    const values = await trained(isShared, optimizer);
    expect(values).toHaveLength(expected.length);
    expected.forEach((v, i) => expect(values[i]).toBeCloseTo(v, 5));
  });

  it('leaves a kernel of zeros as it is', async () => {
    const layer = spectralNormalization({ layer: dense({ units: 1, kernelInitializer: 'zeros' }) });
    const model = keras.sequential([keras.input({ shape: [2] }), layer]);
    using federated = fromKerasModel(model, {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
    });
    const { loss, gradients } = await federated.backwardPass({ x: tensor([[1, 2]]), y: tensor([[3]]) });
    expect(loss).toBe(9);
    expect(Array.from(gradients[0]?.data as Float32Array)).toEqual([-6, -12]);
  });

  it('refuses layers without a kernel, no iterations, and to be applied step by step', async () => {
    const x = keras.input({ shape: [3, 2] });
    expect(() => spectralNormalization({ layer: flatten() }).apply(x)).toThrow(/must be one with a kernel or embeddings, received Flatten/);
    expect(() => spectralNormalization({ layer: dense({ units: 1 }), powerIterations: 0 })).toThrow(
      /powerIterations of SpectralNormalization/,
    );
    const steps = timeDistributed({ layer: spectralNormalization({ layer: dense({ units: 1 }) }) });
    using federated = fromKerasModel(keras.model({ inputs: x, outputs: steps.apply(x) }), {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, 3, 2]), y: tensorSpec([null, 3, 1]) },
    });
    const batch = {
      x: tensor([
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ]),
      y: tensor([[[1], [2], [3]]]),
    };
    await expect(federated.backwardPass(batch)).rejects.toThrow(/needs a layer that leaves its trained weights as they are/);
    expect((await federated.forwardPass(batch, { training: false })).numExamples).toBe(1);
  });
});
