import { expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { data } from '../../../src/index.js';
import { sorted, upTo, wrong } from './parts.js';

const { iid } = data.partition;

it.each([
  [10, 3],
  [1000, 7],
  [5, 5],
  [8, 1],
])('gives each of %i examples to one of %i clients of equal size', (examples, clients) => {
  const parts = iid({ examples, clients, seed: 1 });
  expect(parts.length).toBe(clients);
  expect(sorted(parts)).toEqual(upTo(examples));
  for (const part of parts) expect(Math.abs(part.length - examples / clients)).toBeLessThan(1);
});

it('is decided by the seed', () => {
  const divide = (seed: number) => iid({ examples: 100, clients: 4, seed });
  expect(divide(3)).toEqual(divide(3));
  expect(divide(4)).not.toEqual(divide(3));
});

it('mixes: every pair of example and client is equally likely', () => {
  const draws = 4000;
  const owners = upTo(draws).map((seed) => iid({ examples: 12, clients: 4, seed }).findIndex((part) => part.includes(0)));
  const counts = upTo(4).map((client) => owners.filter((owner) => owner === client).length);
  // Chi-squared with 3 degrees of freedom is above 16.27 once in a thousand times; the seeds are fixed.
  const expected = draws / 4;
  expect(counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)).toBeLessThan(16.27);
});

it('refuses what it cannot divide', () => {
  expect(wrong(iid, { examples: 2, clients: 3, seed: 1 })).toThrow(
    new ValueError('`examples` must be a finite number of at least 3, received 2'),
  );
  expect(wrong(iid, { examples: 2, clients: 0, seed: 1 })).toThrow('`clients` must be a finite number of at least 1, received 0');
  expect(wrong(iid, { examples: 2, clients: 2 })).toThrow('`seed` must be a whole number, received undefined');
  expect(wrong(iid, { examples: '2', clients: 2, seed: 1 })).toThrow(TypeError);
  expect(wrong(iid, { examples: 2, clients: 2, seed: 1, labels: [] })).toThrow('has no option `labels`');
});
