/** TFF's kmeans_clustering_test (contract F.4), and clusters that are found. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, optimizers, tensor } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { flat, zeroModel } from '../templates/fixtures.js';
import { expectClose, expectSameAtAnyConcurrency, plain, train } from './fixtures.js';

const points = (rows: readonly (readonly number[])[], options = {}) =>
  data.clientDataset({ x: tensor(rows as number[][]), y: [] }, options);
const scalars = (...values: number[]) => points(values.map((v) => [v]));
const from = (...centroids: number[]) => ({
  numClusters: centroids.length,
  dataShape: [1],
  initialCentroids: tensor(centroids.map((c) => [c])),
});

describe('buildFedKmeans', () => {
  it("makes TFF's step", async () => {
    // Sums (−4, 6), weights (2, 3), five examples.
    using process = algorithms.buildFedKmeans(from(-1, 1));
    const { state, metrics } = await train(process, [scalars(-2, -2, 2, 2, 2)], 1);
    expect(metrics[0]).toMatchObject({ clientWork: { num_examples: 5, mean_squared_distance: 1 } });
    expect(flat(process.getModelWeights(state).trainable)).toEqual([Math.fround((-1 - 4) / 3), Math.fround((1 + 6) / 4)]);
    expect(plain(state.finalizer)).toEqual(['3', '4']);
  });

  it("moves centroids as TFF's update does", async () => {
    using process = algorithms.buildFedKmeans(from(-3));
    const one = await train(process, [scalars(1)], 1);
    expect(flat(one.state.globalModelWeights.trainable)).toEqual([-1]);
    expect(plain(one.state.finalizer)).toEqual(['2']);
    // One that weighs nothing is where its points are.
    const weightless = { ...(await process.initialize()), finalizer: tensor(BigInt64Array.of(0n)) };
    expect(
      flat((await train(process, [scalars(...new Array<number>(8).fill(2))], 1, weightless)).state.globalModelWeights.trainable),
    ).toEqual([2]);
    // A cluster without points stays exactly as it is, however much it weighs.
    using two = algorithms.buildFedKmeans(from(0.1, 100));
    const { state } = await train(two, [scalars(0.3)], 3);
    expect(flat(state.globalModelWeights.trainable)[1]).toBe(100);
    expect(plain(state.finalizer)).toEqual(['4', '1']);
    // By coordinates.
    using wide = algorithms.buildFedKmeans({ numClusters: 1, dataShape: [3], initialCentroids: tensor([[0, 0, 0]]) });
    expect(flat((await train(wide, [points([[1, 2, 3]])], 1)).state.globalModelWeights.trainable)).toEqual([0.5, 1, 1.5]);
    using three = algorithms.buildFedKmeans({ numClusters: 3, dataShape: [1], initialCentroids: tensor([[0], [10], [20]]) });
    const moved = await train(three, [scalars(1, 11, 11, 21, 21, 21)], 1);
    expectClose(flat(moved.state.globalModelWeights.trainable), [1 / 2, 10 + 2 / 3, 20 + 3 / 4], 5);
  });

  it('is the mean of all points and the first centroid, whoever has them, whenever', async () => {
    const mean = (0.5 + 1 + 2) / 3;
    for (const rounds of [[[scalars(1, 2)]], [[scalars(1), scalars(2)]], [[scalars(1)], [scalars(2)]]]) {
      using process = algorithms.buildFedKmeans(from(0.5));
      let state = await process.initialize();
      for (const clients of rounds) ({ state } = await process.next(state, clients));
      expect(flat(process.getModelWeights(state).trainable)[0]).toBeCloseTo(mean, 6);
      expect(plain(state.finalizer)).toEqual(['3']);
    }
  });

  it('begins alike with the same seed only, and takes points of any shape in batches', async () => {
    const start = async (seed: number) => {
      using process = algorithms.buildFedKmeans({ numClusters: 3, dataShape: [2, 2], seed });
      return flat((await process.initialize()).globalModelWeights.trainable);
    };
    expect(await start(1)).toEqual(await start(1));
    expect(await start(1)).not.toEqual(await start(2));
    expect((await start(1)).every((v) => v >= 0 && v < 1)).toBe(true);
    using process = algorithms.buildFedKmeans({ numClusters: 1, dataShape: [2, 1], initialCentroids: tensor([[[0], [0]]]) });
    const x = tensor([
      [[1], [2]],
      [[3], [4]],
      [[5], [6]],
    ]);
    const { state } = await train(process, [data.clientDataset({ x, y: [] }, { batchSize: 2, shuffle: true })], 1);
    expect(flat(process.getModelWeights(state).trainable)).toEqual([9 / 4, 3]);
  });

  it('leaves out a client whose points are no numbers', async () => {
    using process = algorithms.buildFedKmeans(from(-1, 1));
    const { state, metrics } = await train(process, [scalars(Number.NaN, 4), scalars(3)], 1);
    expect(metrics[0]).toMatchObject({ clientWork: { num_examples: 1, num_non_finite_clients: 1 } });
    expect(flat(process.getModelWeights(state).trainable)).toEqual([-1, 2]);
  });

  it('is bit-identical at any concurrency', async () => {
    const random = new Random(4);
    const clients = Array.from({ length: 11 }, (_, c) =>
      points(Array.from({ length: 1 + c * 3 }, () => [random.normal(), random.normal()])),
    );
    await expectSameAtAnyConcurrency(() => algorithms.buildFedKmeans({ numClusters: 4, dataShape: [2], seed: 2 }), clients, 3);
  });

  it('refuses bad options, data and states', async () => {
    const build = (options: object) => () => algorithms.buildFedKmeans(options as never);
    expect(build({ numClusters: 0, dataShape: [1] })).toThrow(/`numClusters` must be/);
    expect(build({ numClusters: 2, dataShape: 3 })).toThrow(/`dataShape` must be a list of sizes/);
    expect(build({ numClusters: 2, dataShape: [0] })).toThrow(/`dataShape\[0\]` must be/);
    expect(build({ numClusters: 2, dataShape: [1], initialCentroids: [[1], [2]] })).toThrow(/`initialCentroids` must be a tensor/);
    expect(build({ numClusters: 2, dataShape: [1], initialCentroids: tensor([[1, 2]]) })).toThrow(/must be float32\[2, 1\], received/);
    expect(build({ numClusters: 2, dataShape: [1], sumAggregator: aggregators.mean() })).toThrow(
      /`sumAggregator` must be an aggregator|unweighted/,
    );
    expect(build({ clusters: 2 })).toThrow(/has no option `clusters`/);
    using process = algorithms.buildFedKmeans(from(0, 1));
    const state = await process.initialize();
    await expect(process.next(state, [])).rejects.toThrow(/at least one/);
    await expect(process.next(state, [points([[1, 2]])])).rejects.toThrow(/clients\[0\].x/);
    using other = algorithms.buildFedKmeans(from(0, 1, 2));
    await expect(process.next(await other.initialize(), [scalars(1)])).rejects.toThrow(/state of this process/);
    using training = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm() });
    await expect(process.next(await training.initialize(), [scalars(1)])).rejects.toThrow(/state of this process/);
  });
});
