import { describe, expect, it } from 'vitest';
import { aggregators } from '../../src/index.js';
import { aggregate, golden, SumPlusOne, scalars } from './fixtures.js';

const { unweightedMean } = aggregators;
const expectClose = (actual: readonly number[], expected: readonly number[]) =>
  expect(actual.map((v) => v.toFixed(5))).toEqual(expected.map((v) => v.toFixed(5)));

// Numbers of TFF's mean_test (contract F.6).
describe('unweightedMean', () => {
  const values = [1, 2, 3].map(scalars);

  it('counts each client the same', async () => {
    expectClose((await aggregate(unweightedMean(), values)).numbers, [2]);
    const structures = [
      [[1, 2], 3],
      [[2, 5], 4],
      [[3, 0], 5],
    ].map(scalars);
    expectClose((await aggregate(unweightedMean(), structures)).numbers, [2, 7 / 3, 4]);
    expectClose((await aggregate(unweightedMean(), [scalars(5)])).numbers, [5]);
  });

  it('does not look at weights', async () => {
    expect(unweightedMean().weighted).toBe(false);
    expectClose((await aggregate(unweightedMean(), values, [3, 2, 1])).numbers, [2]);
  });

  it('sums and counts with what it is given', async () => {
    const plusOne = new SumPlusOne();
    expectClose((await aggregate(unweightedMean({ valueSum: plusOne }), values)).numbers, [7 / 3]);
    expectClose((await aggregate(unweightedMean({ countSum: plusOne }), values)).numbers, [6 / 4]);
    expectClose((await aggregate(unweightedMean({ valueSum: plusOne, countSum: plusOne }), values)).numbers, [7 / 4]);
  });

  it('nests the state and the measurements of its sums', async () => {
    const { state, measurements } = await aggregate(unweightedMean(), values);
    expect(state).toEqual({ valueSum: [], countSum: [] });
    expect(measurements).toEqual({ meanValue: [], meanCount: [] });
  });

  it('refuses other options', () => {
    expect(() => unweightedMean({ valueSum: null as never, countSum: 3 as never })).toThrow('`countSum` must be an aggregator, received 3');
    expect(() => unweightedMean({ noNanDivision: true } as never)).toThrow('has no option `noNanDivision`; it has `valueSum`, `countSum`');
  });

  golden('aggregator_unweighted_mean', unweightedMean);
});
