/** First centroids, by their distribution in closed form: Arthur and Vassilvitskii's D² weighting. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, configure, data, tensor } from '../../src/index.js';
import { defaultConcurrency } from '../../src/native/concurrency.js';
import { Random } from '../../src/random.js';
import type { Tensor } from '../../src/tensor.js';
import { flat } from '../templates/fixtures.js';
import { expectDistribution } from './distribution.js';
import { train } from './fixtures.js';

const points = (rows: readonly (readonly number[])[], options = {}) =>
  data.clientDataset({ x: tensor(rows as number[][]), y: [] }, options);
const scalars = (...values: number[]) => points(values.map((v) => [v]));
const choose = (clients: readonly data.ClientDataset[], numClusters: number, options = {}) =>
  algorithms.kmeansPlusPlus(clients, { numClusters, dataShape: [1], ...options });

/** Sequences of `length` of the points, each with its probability by the paper. */
function sequences(values: readonly number[], length: number): Record<string, number> {
  const found: Record<string, number> = {};
  const extend = (chosen: readonly number[], probability: number): void => {
    if (chosen.length === length) {
      found[chosen.join()] = (found[chosen.join()] ?? 0) + probability;
      return;
    }
    const shares = values.map((v) => (chosen.length === 0 ? 1 : Math.min(...chosen.map((c) => (v - c) ** 2))));
    const total = shares.reduce((a, b) => a + b, 0);
    values.forEach((v, i) => {
      if ((shares[i] as number) > 0) extend([...chosen, v], (probability * (shares[i] as number)) / total);
    });
  };
  extend([], 1);
  return found;
}

describe('kmeansPlusPlus', () => {
  it("draws the first point uniformly and each next one by the paper's weights, whoever has them in whatever batches", async () => {
    // Alone, in batches of two and one, and twice over: a data set's epochs count once.
    const clients = [points([[0]]), points([[1], [3], [0]], { batchSize: 2, epochs: 20 }), points([[7], [1]], { batchSize: 1 })];
    const drawn: string[] = [];
    for (let seed = 0; seed < 120; seed++) drawn.push(flat([await choose(clients, 3, { seed })]).join());
    expectDistribution(drawn, sequences([0, 1, 3, 0, 7, 1], 3));
    // As many fall on each of the six points at first.
    expectDistribution(
      drawn.map((sequence) => sequence[0] as string),
      { 0: 2 / 6, 1: 2 / 6, 3: 1 / 6, 7: 1 / 6 },
    );
  }, 120_000);

  it('weighs by the distance over all coordinates of points of any shape', async () => {
    // From the corner, which most are in, one point is 1 away and one √8: eight times as often.
    const corner = Array.from({ length: 60 }, () => [[0], [0]]);
    const clients = [
      data.clientDataset({ x: tensor([...corner, [[1], [0]]]), y: [] }, { batchSize: 16 }),
      data.clientDataset({ x: tensor([[[2], [2]]]), y: [] }),
    ];
    const drawn: string[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const chosen = await choose(clients, 2, { seed, dataShape: [2, 1] });
      expect(chosen.shape).toEqual([2, 2, 1]);
      const [first, second] = rowsOf(chosen);
      if (first === '0,0') drawn.push(second as string);
    }
    expectDistribution(drawn, { '1,0': 1 / 9, '2,2': 8 / 9 });
  }, 60_000);

  /** Nine clouds, far from each other, over many clients that have points of some of them. */
  const centers = Array.from({ length: 9 }, (_, i) => [20 * (i % 3), 20 * Math.floor(i / 3)] as const);
  const clouds = () => {
    const random = new Random(8);
    return Array.from({ length: 30 }, (_, c) =>
      points(
        Array.from({ length: 12 }, (_, i) => {
          const [x, y] = centers[(c + (i % 3)) % 9] as readonly [number, number];
          return [x + 0.5 * random.normal(), y + 0.5 * random.normal()];
        }),
      ),
    );
  };

  it('chooses points that are far from each other, so that k-means finds every cloud', async () => {
    const clients = clouds();
    const initialCentroids = await choose(clients, 9, { dataShape: [2], seed: 1 });
    const known = new Set(clients.flatMap((c) => rowsOf(c.x as Tensor)));
    const chosen = rowsOf(initialCentroids);
    expect(chosen.every((row) => known.has(row))).toBe(true);
    expect(new Set(chosen).size).toBe(9);
    using process = algorithms.buildFedKmeans({ numClusters: 9, dataShape: [2], initialCentroids });
    const { metrics } = await train(process, clients, 3);
    // Two coordinates with a variance of a quarter each; a cloud that was missed would cost twenty or more.
    expect((metrics[2] as { clientWork: { mean_squared_distance: number } }).clientWork.mean_squared_distance).toBeLessThan(0.7);
  });

  it('chooses the same with the same seed, at any concurrency', async () => {
    const clients = clouds();
    const all: string[][] = [];
    for (const concurrency of [1, 2, 8]) {
      configure({ concurrency });
      all.push(rowsOf(await choose(clients, 5, { dataShape: [2], seed: 3 })));
    }
    configure({ concurrency: defaultConcurrency() });
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
    expect(rowsOf(await choose(clients, 5, { dataShape: [2], seed: 4 }))).not.toEqual(all[0]);
  });

  it('chooses every different point before one twice, however near they are', async () => {
    for (let seed = 0; seed < 6; seed++) {
      const near = flat([await choose([scalars(0, 1e-15), scalars(0, 1e-15, 0)], 3, { seed })]);
      expect(new Set(near.slice(0, 2)).size).toBe(2);
      expect([0, Math.fround(1e-15)]).toContain(near[2]);
      const five = flat([await choose([scalars(5, 5), scalars(5)], 4, { seed })]);
      expect(five).toEqual([5, 5, 5, 5]);
      // So near that the square of the distance is no number of float32.
      const [a, b] = flat([await choose([scalars(1e-30), scalars(2e-30)], 2, { seed })]);
      expect([a, b].every((v) => v === Math.fround(1e-30) || v === Math.fround(2e-30))).toBe(true);
    }
  }, 60_000);

  it('chooses no point that is no number', async () => {
    for (let seed = 0; seed < 5; seed++) {
      const infinite = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
      const clients = [scalars(...infinite), scalars(Number.NaN, 3, Number.POSITIVE_INFINITY)];
      expect(flat([await choose(clients, 2, { seed })])).toEqual([3, 3]);
    }
    await expect(choose([scalars(Number.NaN), scalars(Number.POSITIVE_INFINITY)], 2)).rejects.toThrow(
      /^`clients` must have a point of finite numbers, received none/,
    );
  });

  it('leaves out a client that has failed once from then on', async () => {
    let loads = 0;
    const failing = async () => {
      loads += 1;
      if (loads === 1) throw new Error('no such file');
      return scalars(100);
    };
    const options = { numClusters: 3, dataShape: [1], minCompletionRate: 0.5 };
    expect(flat([await algorithms.kmeansPlusPlus([scalars(1, 2), failing], options)])).not.toContain(100);
    expect(loads).toBe(1);
  });

  it('refuses bad options and no clients', async () => {
    await expect(choose([], 2)).rejects.toThrow(/at least one/);
    await expect(choose([scalars(1)], 0)).rejects.toThrow(/`numClusters`/);
    await expect(choose([scalars(1)], 2, { dataShape: 1 })).rejects.toThrow(/`dataShape` must be a list of sizes/);
    await expect(choose([scalars(1)], 2, { dataShape: [2] })).rejects.toThrow(/clients\[0\].x/);
    await expect(choose([scalars(1)], 2, { seed: 0.5 })).rejects.toThrow(/`seed` must be a whole number/);
    await expect(choose([scalars(1)], 2, { minCompletionRate: 2 })).rejects.toThrow(/`minCompletionRate`/);
    await expect(choose([scalars(1)], 2, { sumAggregator: aggregators.sum() })).rejects.toThrow(/has no option `sumAggregator`/);
  });
});

function rowsOf(t: Tensor): string[] {
  const size = t.size / (t.shape[0] as number);
  return Array.from({ length: t.shape[0] as number }, (_, i) =>
    Array.from((t.data as Float32Array).subarray(i * size, (i + 1) * size)).join(),
  );
}
