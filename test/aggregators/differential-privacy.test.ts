/** The noise of all mechanisms by its distribution, and what a client can change by the norm that goes with it. */
import { describe, expect, it } from 'vitest';
import { addNoise, DifferentiallyPrivate, type Mechanism, sensitivityNorm } from '../../src/aggregators/differential-privacy.js';
import { checkEstimation } from '../../src/aggregators/estimation.js';
import type { Output } from '../../src/graph/graph.js';
import { aggregators, tensor } from '../../src/index.js';
import type { Tensor } from '../../src/tensor.js';
import { flatten } from '../../src/tree.js';
import { aggregate, computed, expectClose, numbers, scalar } from './fixtures.js';
import { moments } from './moments.js';

const SIZE = 40_000;
const zeros = tensor(new Float32Array(SIZE));
const seed = tensor(BigInt64Array.of(3n, 4n));
const mechanism = (change: Partial<Mechanism>): Mechanism => ({
  name: 'test',
  clip: checkEstimation('clip', 2),
  distribution: 'gaussian',
  noiseMultiplier: 0,
  clientsPerRound: 4,
  recordAggregation: undefined,
  seed: 1,
  ...change,
});

describe('addNoise', () => {
  it.each([
    ['gaussian', 1, 3],
    ['laplace', Math.SQRT2, 6],
  ] as const)('adds %s noise of its scale, another for each leaf', async (distribution, deviation, kurtosis) => {
    const noisy = await computed([zeros, tensor(new Float64Array(SIZE)), seed], ([a, b, s]) =>
      flatten(addNoise([a as Output, b as Output], distribution, (a as Output).graph.constant(2.5, 'float32'), s as Output)),
    );
    expect(noisy.map((t) => t.dtype)).toEqual(['float32', 'float64']);
    const samples = noisy.map((t) => numbers(t));
    for (const sample of samples) {
      const found = moments(sample);
      expect(Math.abs(found.mean)).toBeLessThan((6 * 2.5 * deviation) / Math.sqrt(SIZE));
      expect(found.deviation / (2.5 * deviation)).toBeCloseTo(1, 1);
      expect(Math.abs(found.kurtosis / kurtosis - 1)).toBeLessThan(0.15);
    }
    const [a, b] = samples as [number[], number[]];
    const correlation = a.reduce((sum, v, i) => sum + v * (b[i] as number), 0) / SIZE / (2.5 * deviation) ** 2;
    expect(Math.abs(correlation)).toBeLessThan(6 / Math.sqrt(SIZE));
  });
});

describe('DifferentiallyPrivate', () => {
  it("clips to the distribution's norm, and divides by the number of clients that is expected", async () => {
    expect([sensitivityNorm('gaussian'), sensitivityNorm('laplace')]).toEqual([2, 1]);
    const value = { a: tensor([3]), b: tensor([-4]) };
    // 2/5 of the Euclidean length, 2/7 of the sum of absolute values.
    expectClose((await aggregate(new DifferentiallyPrivate(mechanism({})), [value])).numbers, [(3 * 0.4) / 4, (-4 * 0.4) / 4]);
    const laplace = await aggregate(new DifferentiallyPrivate(mechanism({ distribution: 'laplace' })), [value, value]);
    expectClose(laplace.numbers, [(2 * 3 * 2) / 7 / 4, (2 * -4 * 2) / 7 / 4]);
  });

  it('has noise of the multiplier times the norm on the sum', async () => {
    const { numbers: found, measurements } = await aggregate(new DifferentiallyPrivate(mechanism({ noiseMultiplier: 3 })), [zeros]);
    expect(moments(found).deviation / ((3 * 2) / 4)).toBeCloseTo(1, 1);
    const { clip, noiseScale } = measurements as Record<string, Tensor>;
    expect([clip, noiseScale].map(scalar)).toEqual([2, 6]);
  });

  it('adds records by the aggregator that it is given, which must not weigh them', async () => {
    const sums = aggregators.secureSum({ upperBoundThreshold: 1 });
    const { numbers: found } = await aggregate(new DifferentiallyPrivate(mechanism({ recordAggregation: sums })), [tensor([2, 0])]);
    expectClose(found, [1 / 4, 0]);
    expect(() => new DifferentiallyPrivate(mechanism({ recordAggregation: aggregators.mean() }))).toThrow(
      '`recordAggregation` must be an unweighted aggregator',
    );
  });
});
