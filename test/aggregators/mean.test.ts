import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, golden, SumPlusOne, scalars } from './fixtures.js';

const { mean } = aggregators;
const expectClose = (actual: readonly number[], expected: readonly number[]) =>
  expect(actual.map((v) => v.toFixed(5))).toEqual(expected.map((v) => v.toFixed(5)));

// Numbers of TFF's mean_test (contract F.6).
describe('mean', () => {
  const values = [1, 2, 3].map(scalars);
  const structures = [
    [[1, 2], 3],
    [[2, 5], 4],
    [[3, 0], 5],
  ].map(scalars);

  it('weighs values', async () => {
    expectClose((await aggregate(mean(), values, [3, 2, 1])).numbers, [10 / 6]);
    expectClose((await aggregate(mean(), values, [6, 3, 1])).numbers, [1.5]);
    expectClose((await aggregate(mean(), structures, [3, 2, 1])).numbers, [10 / 6, 16 / 6, 22 / 6]);
  });

  it('weighs them the same without weights', async () => {
    expectClose((await aggregate(mean(), values)).numbers, [2]);
  });

  it('does not depend on the scale of the weights', async () => {
    expectClose((await aggregate(mean(), values, [0.03, 0.02, 0.01])).numbers, [10 / 6]);
  });

  it('is not finite, or 0 where asked, if all weights are 0', async () => {
    expect((await aggregate(mean(), values, [0, 0, 0])).numbers[0]).toBeNaN();
    expect((await aggregate(mean({ noNanDivision: true }), values, [0, 0, 0])).numbers).toEqual([0]);
    expectClose((await aggregate(mean({ noNanDivision: true }), values, [3, 2, 1])).numbers, [10 / 6]);
  });

  it('leaves out a client of weight 0', async () => {
    expectClose((await aggregate(mean(), values, [1, 0, 1])).numbers, [2]);
  });

  it('sums with what it is given', async () => {
    const plusOne = new SumPlusOne();
    expectClose((await aggregate(mean({ valueSum: plusOne }), values, [3, 2, 1])).numbers, [11 / 6]);
    expectClose((await aggregate(mean({ weightSum: plusOne }), values, [3, 2, 1])).numbers, [10 / 7]);
    expectClose((await aggregate(mean({ valueSum: plusOne, weightSum: plusOne }), values, [3, 2, 1])).numbers, [11 / 7]);
  });

  it('keeps the element type', async () => {
    const doubles = [1, 2].map((v) => tensor([v], [1], 'float64'));
    const { result } = await aggregate(mean(), doubles, [1, 2]);
    expect((result as (typeof doubles)[0]).dtype).toBe('float64');
    expectClose((await aggregate(mean(), doubles, [1, 2])).numbers, [5 / 3]);
  });

  it('nests the state and the measurements of its sums', async () => {
    const { state, measurements } = await aggregate(mean(), values);
    expect(state).toEqual({ valueSum: [], weightSum: [] });
    expect(measurements).toEqual({ meanValue: [], meanWeight: [] });
    expect(mean().weighted).toBe(true);
  });

  it('refuses other options', () => {
    expect(() => mean({ valueSum: 'sum' as never })).toThrow('`valueSum` must be an aggregator, received "sum"');
    expect(() => mean({ weightSum: 1 as never })).toThrow(TypeError);
    expect(() => mean({ noNanDivision: 1 as never })).toThrow('`noNanDivision` must be true or false, received 1');
    expect(() => mean({ sum: 1 } as never)).toThrow('`options of mean` has no option `sum`');
  });

  golden('aggregator_mean', mean);
});
