import { expect, it } from 'vitest';
import { checkEstimation, Estimation } from '../../src/aggregators/estimation.js';
import type { Output } from '../../src/graph/graph.js';
import { tensor } from '../../src/index.js';
import { computed, Growing, numbers } from './fixtures.js';

it('a number is an estimation that reports it, and asks nothing of clients', async () => {
  const parts = checkEstimation('norm', 2 ** 40 + 1).parts();
  const [reported] = await computed([tensor(0)], ([x]) => [parts.report([], (x as Output).graph)]);
  // In double precision: bounds of secure sums go to 2^32 and beyond.
  expect([reported?.dtype, reported?.data[0]]).toEqual(['float64', 2 ** 40 + 1]);
  await computed([tensor(1)], ([x]) => {
    const value = x as Output;
    expect(parts.initialize(value.graph)).toEqual([]);
    expect(parts.client([], value, value, {} as never)).toEqual({ sum: [] });
    expect(parts.server([], {} as never)).toEqual({ state: [], result: [], measurements: [] });
    return [value];
  });
});

it('an estimation stays what it is', async () => {
  const growing = new Growing();
  expect(growing).toBeInstanceOf(Estimation);
  expect(checkEstimation('norm', growing, { min: 5 })).toBe(growing);
  const parts = growing.parts();
  const found = await computed([tensor(3)], ([s]) => {
    const next = parts.server(s as Output, {} as never).state;
    return [s as Output, next as Output].map((state) => parts.report(state, (s as Output).graph));
  });
  expect(numbers(found)).toEqual([3, 4]);
});

it('anything else is refused', () => {
  expect(() => checkEstimation('norm', '1')).toThrow(
    '`norm` must be a number or an estimation, such as quantileEstimation(), received "1"',
  );
  expect(() => checkEstimation('norm', undefined)).toThrow(TypeError);
  expect(() => checkEstimation('norm', Number.NaN)).toThrow(RangeError);
  expect(() => checkEstimation('norm', -1, { min: 0 })).toThrow('`norm` must be a finite number that is not negative, received -1');
});
