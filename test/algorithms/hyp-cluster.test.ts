/** HypCluster's rounds put together of single clients' trainings, and clients that two models fit and one does not. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import type { ModelWeights } from '../../src/models/model-weights.js';
import { Random } from '../../src/random.js';
import { flat, zeroModel } from '../templates/fixtures.js';
import { expectSameAtAnyConcurrency, plain, train } from './fixtures.js';

const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });
const weights = (a: number, b: number, bias = 0): ModelWeights => ({ trainable: [tensor([[a], [b]]), tensor([bias])], nonTrainable: [] });

/** A client of `y = ±2 a + b`, with points of its own. */
const client = (c: number, sign: number, options = {}) => {
  const random = new Random(c);
  const x = Array.from({ length: 4 + (c % 3) }, () => [random.normal(), random.normal()]);
  const y = x.map(([a, b]) => [sign * 2 * (a as number) + (b as number)]);
  return data.clientDataset({ x: tensor(x), y: tensor(y) }, { batchSize: 2, ...options });
};
const CLIENTS = [client(0, 1), client(1, -1), client(2, 1), client(3, 1)];
const START = [weights(-1, 0), weights(1, 0), weights(0, 50)];
const build = (options: object = {}) =>
  algorithms.buildHypCluster(zeroModel(), { clientOptimizer: sgd(0.05), initialWeights: START, ...options } as never);

const sizes = (metrics: unknown) => [...(metrics as { clientWork: { clusterSizes: { data: Int32Array } } }).clientWork.clusterSizes.data];

describe('buildHypCluster', () => {
  it("is a FedAvg in each cluster, of the clients that its model fits best, with the optimizer's state of each", async () => {
    const options = { clientOptimizer: sgd(0.05), serverOptimizer: optimizers.sgdm({ learningRate: 0.7, momentum: 0.5 }) };
    using process = build(options);
    using fedAvg = algorithms.buildWeightedFedAvg(zeroModel(), options);
    const start = await fedAvg.initialize();
    const own = [[CLIENTS[1]], [CLIENTS[0], CLIENTS[2], CLIENTS[3]]];
    let states = START.map((w) => fedAvg.setModelWeights(start, w));
    let state = await process.initialize();
    for (let round = 0; round < 3; round++) {
      const output = await process.next(state, CLIENTS);
      ({ state } = output);
      states = await Promise.all(
        states.map(async (s, k) => (own[k] === undefined ? s : (await fedAvg.next(s, own[k] as typeof CLIENTS)).state)),
      );
      states.forEach((expected, k) => {
        const actual = flat(process.getWeightsOf(state, `cluster_${k}`).trainable);
        flat(expected.globalModelWeights.trainable).forEach((w, i) => expect(actual[i]).toBeCloseTo(w, 5));
      });
      expect(sizes(output.metrics)).toEqual([1, 3, 0]);
      expect(output.metrics.finalizer).toEqual({
        cluster_0: { updateNonFinite: 0 },
        cluster_1: { updateNonFinite: 0 },
        cluster_2: { updateNonFinite: 1 },
      });
    }
    expect(process.modelNames).toEqual(['cluster_0', 'cluster_1', 'cluster_2']);
    expect(plain(process.getWeightsOf(state, 'cluster_2'))).toEqual(plain(START[2]));
  });

  it("keeps the clusters' weights within the model's constraints", async () => {
    const kernelConstraint = keras.constraints.maxNorm({ maxValue: 0.5 });
    const model = keras.sequential([keras.input({ shape: [2] }), keras.layers.dense({ units: 1, kernelConstraint })]);
    using federated = fromKerasModel(model, {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
    });
    // Twice the clients' way, beyond what they may go.
    const options = { clientOptimizer: sgd(0.05), serverOptimizer: sgd(2), initialWeights: [weights(0.1, 0), weights(-0.1, 0)] };
    using process = algorithms.buildHypCluster(federated, options);
    const { state } = await train(process, CLIENTS, 3);
    for (const name of process.modelNames) {
      const [kernel] = process.getWeightsOf(state, name).trainable;
      expect(Math.hypot(...flat([kernel as never]))).toBeLessThan(0.5 + 1e-6);
    }
  });

  it('has the hyper-parameters of all clusters in common', async () => {
    using process = build({ serverOptimizer: optimizers.sgdm({ learningRate: 1, momentum: 0.5 }) });
    const state = await process.initialize();
    expect(process.getHparams(state).finalizer).toEqual({ learningRate: 1, momentum: 0.5 });
    const still = process.setHparams(state, { finalizer: { learningRate: 0 } });
    const { state: same } = await process.next(still, CLIENTS);
    expect(plain(same.globalModelWeights)).toEqual(plain(state.globalModelWeights));
    using other = build();
    await expect(other.next(state, CLIENTS)).rejects.toThrow(/state of this process/);
  });

  it('fits clients of two kinds from the start that hypClusterStart makes, which one model cannot', async () => {
    const clients = Array.from({ length: 12 }, (_, c) => client(c, c % 3 === 0 ? 1 : -1, { epochs: 5 }));
    const clientOptimizer = sgd(0.1);
    const initialWeights = await algorithms.hypClusterStart(zeroModel(), clients, { numClusters: 2, clientOptimizer, seed: 4 });
    const again = await algorithms.hypClusterStart(zeroModel(), clients, { numClusters: 2, clientOptimizer, seed: 4 });
    expect(plain(again)).toEqual(plain(initialWeights));
    using process = build({ clientOptimizer, initialWeights });
    const { state, metrics } = await train(process, clients, 15);
    const slopes = ['cluster_0', 'cluster_1'].map((name) => flat(process.getWeightsOf(state, name).trainable)[0] as number);
    slopes.sort((a, b) => a - b).forEach((slope, i) => expect(slope).toBeCloseTo(i === 0 ? -2 : 2, 1));
    // The best single model has a loss of about 3.6.
    expect((metrics[14] as { clientWork: { train: { loss: number } } }).clientWork.train.loss).toBeLessThan(0.05);
  });

  it('trains steps, clipped and with scheduled rates', async () => {
    using process = build({ clientLearningRate: [0.1, 0], localSteps: 2, maxGradientNorm: 0.5 });
    const { state, metrics } = await train(process, [CLIENTS[1] as (typeof CLIENTS)[0]], 2);
    expect(metrics[1]).toMatchObject({ clientWork: { clientLearningRate: 0, train: { num_batches: 2 } } });
    const [a, b, bias] = flat(process.getWeightsOf(state, 'cluster_0').trainable) as [number, number, number];
    const moved = [a + 1, b, bias];
    expect(Math.hypot(...moved)).toBeLessThanOrEqual(0.1001);
    expect(Math.hypot(...moved)).toBeGreaterThan(0.05);
  });

  it('leaves out a client whose losses are no numbers', async () => {
    const broken = data.clientDataset({ x: tensor([[Number.NaN, 1]]), y: tensor([[1]]) });
    using process = build();
    const alone = await train(process, CLIENTS, 1);
    const { state, metrics } = await train(process, [...CLIENTS, broken], 1);
    expect(plain(state.globalModelWeights)).toEqual(plain(alone.state.globalModelWeights));
    expect(metrics[0]).toMatchObject({ clientWork: { train: { num_non_finite_clients: 1 } } });
    expect(sizes(metrics[0])).toEqual([1, 3, 0]);
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = Array.from({ length: 9 }, (_, c) => client(c, c % 2 ? 1 : -1, { shuffle: true }));
    await expectSameAtAnyConcurrency(() => build({ seed: 1 }), clients);
  });

  it('refuses bad parts, data and states', async () => {
    const bad = (options: object) => () => build(options);
    expect(bad({ initialWeights: START.slice(0, 1) })).toThrow(/at least two clusters, received 1/);
    expect(bad({ initialWeights: 3 })).toThrow(/`initialWeights` must be a list/);
    expect(bad({ initialWeights: [START[0], { trainable: [tensor([1])], nonTrainable: [] }] })).toThrow(/initialWeights\[1\].trainable/);
    expect(bad({ clientOptimizer: undefined })).toThrow(/`clientOptimizer` must be an optimizer/);
    expect(bad({ sumAggregator: aggregators.mean() })).toThrow(/`sumAggregator` must be/);
    expect(bad({ modelAggregator: aggregators.mean() })).toThrow(/has no option `modelAggregator`/);
    using process = build();
    const state = await process.initialize();
    await expect(process.next(state, [])).rejects.toThrow(/at least one/);
    using two = build({ initialWeights: START.slice(0, 2) });
    await expect(process.next(await two.initialize(), CLIENTS)).rejects.toThrow(/state of this process/);
    expect(() => process.getWeightsOf(state, 'cluster_3')).toThrow(/`name` must be one of the models/);
  });
});
