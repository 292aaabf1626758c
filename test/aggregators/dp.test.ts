import { describe, expect, it } from 'vitest';
import { aggregators } from '../../src/index.js';
import { aggregate, expectClose, scalar, scalars } from './fixtures.js';

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

  it('refuses negative noise', () => {
    expect(() => dp({ noiseMultiplier: -1, clientsPerRound: 100 })).toThrow(RangeError);
  });
});
