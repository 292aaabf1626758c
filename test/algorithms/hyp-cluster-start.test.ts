/** First models for HypCluster, by their distribution in closed form: k-means++ with losses for squared distances. */
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, models, ops, optimizers, tensor, tensorSpec } from '../../src/index.js';
import type { ModelWeights } from '../../src/models/model-weights.js';
import { flat } from '../templates/fixtures.js';
import { expectDistribution } from './distribution.js';

/** `y = w`: after a step of rate 1/2 a client's weight is its example `e`, and another's loss `(w − e)²`. */
const scalarModel = fromKerasModel(
  keras.sequential([keras.input({ shape: [1] }), keras.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros' })]),
  { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) } },
);
const client = (e: number, rows = 1, x = 1, options = {}) =>
  data.clientDataset(
    { x: tensor(new Float32Array(rows).fill(x), [rows, 1]), y: tensor(new Float32Array(rows).fill(e), [rows, 1]) },
    options,
  );
const choose = (clients: unknown, numClusters: number, options = {}) =>
  algorithms.hypClusterStart(
    scalarModel,
    clients as never,
    {
      numClusters,
      clientOptimizer: optimizers.sgdm({ learningRate: 0.5 }),
      ...options,
    } as never,
  );
const chosen = (weights: readonly ModelWeights[]) => weights.map(({ trainable }) => flat(trainable)[0] as number);

describe('hypClusterStart', () => {
  it('draws the first client uniformly and each next one by the least loss of those before', async () => {
    // A client's loss is a mean: that of many examples counts no more.
    const clients = [client(0), client(1, 9), client(3), client(7, 2), client(1)];
    const drawn: string[] = [];
    for (let seed = 0; seed < 100; seed++) drawn.push(chosen(await choose(clients, 3, { seed })).join());
    const values = [0, 1, 3, 7, 1];
    const expected: Record<string, number> = {};
    values.forEach((a) => {
      const second = values.map((v) => (v - a) ** 2);
      values.forEach((b, j) => {
        const third = values.map((v) => Math.min((v - a) ** 2, (v - b) ** 2));
        const share = (shares: readonly number[], i: number) => (shares[i] as number) / shares.reduce((x, y) => x + y, 0);
        if (second[j] === 0) return;
        values.forEach((c, k) => {
          if (third[k] === 0) return;
          const outcome = [a, b, c].join();
          expected[outcome] = (expected[outcome] ?? 0) + (1 / 5) * share(second, j) * share(third, k);
        });
      });
    });
    expectDistribution(drawn, expected);
    expectDistribution(
      drawn.map((sequence) => sequence[0] as string),
      { 0: 1 / 5, 1: 2 / 5, 3: 1 / 5, 7: 1 / 5 },
    );
  }, 120_000);

  it('trains each client from the weights of the model, as long as its data set says', async () => {
    // Half of the way in each of two epochs of three steps: 1 − 2⁻⁶ of it.
    const options = { batchSize: 2, epochs: 2 };
    const clientOptimizer = optimizers.sgdm({ learningRate: 0.25 });
    const weights = await choose([client(64, 5, 1, options), client(-64, 6, 1, options)], 2, { clientOptimizer });
    expect(chosen(weights).sort()).toEqual([-63, 63]);
    expect(flat(scalarModel.getWeights().trainable)).toEqual([0]);
    for (const { trainable, nonTrainable } of weights) {
      expect(trainable.map(({ shape }) => shape)).toEqual([[1, 1]]);
      expect(nonTrainable).toEqual([]);
    }
    using process = algorithms.buildHypCluster(scalarModel, { clientOptimizer, initialWeights: weights });
    await process.next(await process.initialize(), [client(1)]);
  });

  it.each<[string, data.ClientDataset, Record<string, number>]>([
    // Its loss is 0 and its weight stays 0 whatever the model.
    ['has no loss', client(0, 1, 0), { '1,1': 1 / 4, '1,0': 1 / 4, '0,1': 1 / 2 }],
    // It cannot train.
    ['has an infinite loss', client(Number.POSITIVE_INFINITY), { '1,1': 1 / 4, '1,0': 1 / 4, '0,1': 1 / 2 }],
    ['has a loss that is no number', client(Number.NaN), { '1,1': 1 / 4, '1,0': 1 / 4, '0,1': 1 / 2 }],
  ])(
    'draws any client where none has a loss, never one that %s where another does',
    async (_, other, expected) => {
      const drawn: string[] = [];
      for (let seed = 0; seed < 30; seed++) drawn.push(chosen(await choose([other, client(1)], 2, { seed })).join());
      expectDistribution(drawn, expected);
    },
    60_000,
  );

  it('never draws a client whose loss is negative where one has a loss', async () => {
    // The loss `(w − e)² − 2`: after 0 or 1 only that of 3 is above 0; after 3 those of 0 and 1 are 7 and 2.
    const model = models.functional({
      initialWeights: { trainable: [0] },
      predict: ({ trainable: [w] }, x) => ops.mul(x, w),
      loss: (output, label) => ops.sub(ops.mean(ops.squaredDifference(output, label)), 2),
      inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) },
    });
    const clients = [client(0), client(1), client(3)];
    const clientOptimizer = optimizers.sgdm({ learningRate: 0.5 });
    const drawn: string[] = [];
    for (let seed = 0; seed < 60; seed++) {
      drawn.push(chosen(await algorithms.hypClusterStart(model, clients, { numClusters: 2, clientOptimizer, seed })).join());
    }
    expectDistribution(drawn, { '0,3': 1 / 3, '1,3': 1 / 3, '3,0': 7 / 27, '3,1': 2 / 27 });
  }, 60_000);

  it('chooses the same with the same seed, and others with others', async () => {
    const clients = Array.from({ length: 20 }, (_, e) => client(e * e));
    const of = async (seed?: number) => chosen(await choose(clients, 4, seed === undefined ? {} : { seed }));
    const first = await of(1);
    expect(await of(1)).toEqual(first);
    expect(await of(2)).not.toEqual(first);
    expect(await of()).toEqual(await of(0));
  });

  it('refuses no clients and options out of range', async () => {
    const clients = [client(0), client(1)];
    await expect(choose([], 2)).rejects.toThrow(/at least one, received none/);
    await expect(choose('all', 2)).rejects.toThrow(/`clients` must be a list/);
    await expect(choose(clients, 1)).rejects.toThrow(/`numClusters` must be/);
    await expect(choose(clients, 2, { clientOptimizer: 1 })).rejects.toThrow(/`clientOptimizer` must be an optimizer/);
    await expect(choose(clients, 2, { rounds: 1 })).rejects.toThrow(/has no option `rounds`/);
    await expect(choose(clients, 2, { seed: 0.5 })).rejects.toThrow(/`seed` must be a whole number/);
    await expect(choose(clients, 2, { clientTimeout: -1 })).rejects.toThrow(/`clientTimeout`/);
    await expect(choose([client(1), 3], 2)).rejects.toThrow(/clients\[/);
    await expect(algorithms.hypClusterStart(3 as never, clients, { numClusters: 2, clientOptimizer: optimizers.sgdm() })).rejects.toThrow(
      /`model` must be a federated model/,
    );
  });
});
