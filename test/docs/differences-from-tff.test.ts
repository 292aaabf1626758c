import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { fixtureD, flat, fourExamples, zeroModel } from '../templates/fixtures.js';

const clientOptimizer = optimizers.sgdm({ learningRate: 0.3 });
const options = { clientOptimizer, clientLearningRate: [0.1, 0] };

describe('a learning rate by rounds', () => {
  it.each([
    ['buildWeightedFedAvg', { ...options, clientWeighting: 'uniform' }],
    ['buildUnweightedFedAvg', options],
    ['buildWeightedFedProx', { ...options, clientWeighting: 'uniform', proximalStrength: 0.1 }],
    ['buildWeightedMimeLite', { baseOptimizer: clientOptimizer, clientLearningRate: [0.1, 0], clientWeighting: 'uniform' }],
    ['buildFedNova', { ...options, clientWeighting: 'uniform' }],
  ] as const)('is an option of %s, beside the weighting', async (name, given) => {
    using process = algorithms[name](zeroModel(), given as never);
    const first = await process.next(await process.initialize(), [fixtureD(), fourExamples()]);
    const second = await process.next(first.state, [fixtureD(), fourExamples()]);
    const weights = flat(process.getModelWeights(first.state).trainable);
    expect(weights[0]).toBeGreaterThan(0.1);
    expect(flat(process.getModelWeights(second.state).trainable)).toEqual(weights);
    expect([first, second].map(({ metrics }) => metrics.clientWork?.clientLearningRate)).toEqual([expect.closeTo(0.1, 6), 0]);
  });
});

describe('averages of batch normalisation', () => {
  it('stay, are averaged, or are kept by clients', async () => {
    const layers = [keras.layers.batchNormalization({ momentum: 0.5 }), keras.layers.dense({ units: 1 })];
    const model = fromKerasModel(keras.sequential([keras.input({ shape: [1] }), ...layers]), {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) },
    });
    const client = (id: string, mean: number) =>
      data.clientDataset({ x: tensor([[mean - 1], [mean + 1]]), y: tensor([[0], [1]]) }, { batchSize: 2, id });
    const averages = async (batchNorm: 'server' | 'aggregate' | 'local') => {
      using process = algorithms.buildWeightedFedAvg(model, { clientOptimizer, batchNorm });
      const { state } = await process.next(await process.initialize(), [client('a', 2), client('b', 6)]);
      const own = batchNorm === 'local' ? flat(process.getClientWeights(state, 'b').nonTrainable) : [];
      return [flat(process.getModelWeights(state).nonTrainable), own];
    };
    // The moving mean goes half of the way from 0 to the batch's, and the variance is 1 before and after.
    expect(await averages('server')).toEqual([[0, 1], []]);
    expect(await averages('aggregate')).toEqual([[2, 1], []]);
    expect(await averages('local')).toEqual([
      [0, 1],
      [3, 1],
    ]);
  });
});
