import { expect, it } from 'vitest';
import { aggregators } from '../../src/index.js';
import { aggregate, scalars } from './fixtures.js';

const { asWeightedAggregator, mean, unweightedMean } = aggregators;

it('takes weights and does not look at them', async () => {
  const aggregator = asWeightedAggregator(unweightedMean());
  expect(aggregator.weighted).toBe(true);
  expect((await aggregate(aggregator, [1, 2, 3].map(scalars), [5, 0, 0])).numbers).toEqual([2]);
});

it('refuses what is weighted', () => {
  expect(() => asWeightedAggregator(mean())).toThrow('`unweighted` must be an unweighted aggregator, such as sum(), received a Mean');
});
