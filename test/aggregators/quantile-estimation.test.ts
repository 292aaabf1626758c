import { describe, expect, it } from 'vitest';
import type { QuantileEstimationOptions } from '../../src/aggregators/index.js';
import { aggregators } from '../../src/index.js';
import { expectClose, repeat, rounds, scalar, scalars } from './fixtures.js';

const { clipping, quantileEstimation, sum } = aggregators;

/** The estimate before each round, seen through a clipping norm. */
async function estimates(options: QuantileEstimationOptions, count: number, values: readonly number[]): Promise<number[]> {
  const process = clipping({ clippingNorm: quantileEstimation(options), inner: sum() });
  return (await rounds(process, repeat(count, values.map(scalars)))).map((r) => scalar(r.measurements.clippingNorm));
}

const TWO = { initialEstimate: 3.25, targetQuantile: 0.61803, learningRate: 2.75 };

// Numbers of TFF's quantile_estimation_test (contract F.6).
describe('quantileEstimation', () => {
  it('moves by a factor, or by a difference', async () => {
    const above = [10, 20];
    expectClose(await estimates(TWO, 2, above), [3.25, 3.25 * Math.exp(2.75 * 0.61803)], 4);
    expectClose(await estimates({ ...TWO, geometricUpdate: false }, 2, above), [3.25, 3.25 + 2.75 * 0.61803]);
  });

  it('counts what is equal to the estimate as below', async () => {
    const [, next] = await estimates({ initialEstimate: 2, targetQuantile: 0, learningRate: 1 }, 2, [2, 3]);
    expectClose([next as number], [2 * Math.exp(-0.5)]);
  });

  it('finds the median of three', async () => {
    const found = await estimates({ initialEstimate: 1, targetQuantile: 0.5, learningRate: 1 }, 4, [0.5, 1.5, 2.5]);
    expectClose(found, [1, 1.181360413, 1.395612425, 1.648721271]);
  });

  it('settles at the quantile', async () => {
    const values = Array.from({ length: 100 }, (_, i) => i + 0.5);
    const found = await estimates({ initialEstimate: 1, targetQuantile: 0.9, learningRate: 0.5 }, 60, values);
    expect(found.at(-1)).toBeGreaterThan(87);
    expect(found.at(-1)).toBeLessThan(93);
  });

  it('reports with a factor and an increment', async () => {
    expectClose(await estimates({ initialEstimate: 1, targetQuantile: 0.5, learningRate: 1, multiplier: 2, increment: 1 }, 1, [1]), [3]);
  });

  it('is the same through a secure sum', async () => {
    const values = [0.5, 1.5, 2.5];
    const options = { initialEstimate: 1, targetQuantile: 0.7, learningRate: 1 };
    expect(await estimates({ ...options, secureEstimation: true }, 4, values)).toEqual(await estimates(options, 4, values));
  });

  it('adds noise to the count', async () => {
    // The logarithm of the factor is learningRate · (targetQuantile - share), whose share has the noise over the number of records.
    const noisy = { initialEstimate: 1, targetQuantile: 0.75, learningRate: 1, belowEstimateStddev: 2, expectedNumRecords: 4, seed: 5 };
    const found = await estimates(noisy, 400, [0]);
    const steps = found.slice(1).map((estimate, i) => Math.log(estimate / (found[i] as number)));
    const average = steps.reduce((a, b) => a + b, 0) / steps.length;
    const deviation = Math.sqrt(steps.reduce((a, b) => a + (b - average) ** 2, 0) / steps.length);
    // One client of four that were expected is below: a share of 1/4 · 1/2 + 1/2, and an eighth to the target.
    expect(Math.abs(average - 0.125)).toBeLessThan((4 * 0.5) / Math.sqrt(400));
    expect(deviation).toBeGreaterThan(0.5 * 0.9);
    expect(deviation).toBeLessThan(0.5 * 1.1);
    expect(await estimates(noisy, 5, [0])).toEqual(found.slice(0, 5));
    expect(await estimates({ ...noisy, seed: 6 }, 5, [0])).not.toEqual(found.slice(0, 5));
  });

  it('refuses options out of their ranges', () => {
    const make = (options: object) => () => quantileEstimation({ ...TWO, ...options });
    expect(make({ targetQuantile: 1.1 })).toThrow('`targetQuantile` must be a finite number in [0, 1], received 1.1');
    expect(make({ learningRate: -1 })).toThrow('`learningRate` must be a finite number that is not negative, received -1');
    expect(make({ initialEstimate: 0 })).toThrow('`initialEstimate` must be a finite number above 0, received 0');
    expect(make({ initialEstimate: 0, geometricUpdate: false })).not.toThrow();
    expect(make({ belowEstimateStddev: -1 })).toThrow(RangeError);
    expect(make({ expectedNumRecords: 0 })).toThrow(RangeError);
    expect(make({ seed: 0.5 })).toThrow(RangeError);
    expect(make({ rate: 1 })).toThrow('`options of quantileEstimation` has no option `rate`');
  });
});
