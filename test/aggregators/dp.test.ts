import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, expectClose, scalar, scalars } from './fixtures.js';
import { moments } from './moments.js';

const { dp } = aggregators;
const values = [1, 2, 3].map(scalars);

describe('dp', () => {
  it('zeroes before the private mean', async () => {
    const aggregator = dp({ noiseMultiplier: 0, clientsPerRound: 100 });
    const { numbers, measurements } = await aggregate(aggregator, [...values, scalars(1000)]);
    expectClose(numbers, [0.3 / 100]);
    expect(scalar((measurements as Record<string, unknown>).zeroedCount)).toBe(1);
    expect(aggregator.weighted).toBe(false);
  });

  it('does without', async () => {
    expectClose((await aggregate(dp({ noiseMultiplier: 0, clientsPerRound: 100, zeroing: false }), [scalars(1000)])).numbers, [0.1 / 100]);
  });

  it('adds the noise of dpGaussianAdaptive', async () => {
    for (const zeroing of [true, false]) {
      const { numbers } = await aggregate(dp({ noiseMultiplier: 2, clientsPerRound: 100, zeroing, seed: 5 }), [
        tensor(new Float32Array(40_000)),
      ]);
      const { mean, deviation, kurtosis } = moments(numbers);
      const expected = (0.1 * 2.041241452) / 100;
      expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.02);
      expect(Math.abs(mean)).toBeLessThan((4 * expected) / 200);
      expect(Math.abs(kurtosis - 3)).toBeLessThan(0.1);
    }
  });

  it('refuses negative noise', () => {
    expect(() => dp({ noiseMultiplier: -1, clientsPerRound: 100 })).toThrow(RangeError);
  });
});
