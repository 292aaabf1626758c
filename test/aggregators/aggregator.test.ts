import { expect, it } from 'vitest';
import { AggregationProcess } from '../../src/aggregators/aggregation-process.js';
import { checkAggregator, checkUnweighted, checkWeighted } from '../../src/aggregators/aggregator.js';
import { aggregators, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';

const [weighted, unweighted] = [aggregators.mean(), aggregators.sum()];

it('checks that an option is an aggregator of the right kind', () => {
  expect([checkAggregator('inner', weighted), checkUnweighted('inner', unweighted)]).toEqual([weighted, unweighted]);
  expect([checkWeighted(weighted, true), checkWeighted(unweighted, false)]).toEqual([weighted, unweighted]);
  for (const value of [undefined, null, 'mean', aggregators.mean, { weighted: true, parts: () => {} }])
    expect(() => checkAggregator('inner', value)).toThrow(/^`inner` must be an aggregator, received /);
  expect(() => checkUnweighted('inner', weighted)).toThrow('`inner` must be an unweighted aggregator, such as sum(), received a Mean');
  // TFF's words (contract A.7).
  expect(() => checkWeighted(unweighted, true)).toThrow(
    '`modelAggregator` must be a weighted aggregator (WeightedAggregationFactory), such as mean()',
  );
  expect(() => checkWeighted(weighted, false, 'aggregator')).toThrow(
    '`aggregator` must be an unweighted aggregator (UnweightedAggregationFactory)',
  );
  expect(() => checkWeighted(1, true)).toThrow(TypeError);
});

it('is a process by itself, for values of some specs', async () => {
  const process = unweighted.create(tensorSpec([2]) as TensorSpec);
  expect(process).toBeInstanceOf(AggregationProcess);
  expect(await process.initialize()).toEqual([]);
});
