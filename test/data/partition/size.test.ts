/** Expected parts are those of flwr-datasets 0.6.1. */
import { expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { data } from '../../../src/index.js';
import { upTo, wrong } from './parts.js';

const { size } = data.partition;

it('gives each client the next so many examples', () => {
  expect(size({ examples: 53, partitionSizes: [3, 10, 40] })).toEqual([upTo(3), upTo(10).map((i) => i + 3), upTo(40).map((i) => i + 13)]);
  expect(size({ examples: 5, partitionSizes: [1, 2] })).toEqual([[0], [1, 2]]);
});

it('refuses what it cannot divide', () => {
  expect(wrong(size, { examples: 3, partitionSizes: [2, 2] })).toThrow(
    new ValueError('`partitionSizes` must be sizes whose sum is at most the 3 examples, received 4'),
  );
  expect(wrong(size, { examples: 3, partitionSizes: [] })).toThrow('`partitionSizes` must be at least one size, received []');
  expect(wrong(size, { examples: 3, partitionSizes: 3 })).toThrow('`partitionSizes` must be a list of sizes, received 3');
  expect(wrong(size, { examples: 3, partitionSizes: [1, 0] })).toThrow(
    '`partitionSizes[1]` must be a finite number of at least 1, received 0',
  );
  expect(wrong(size, { examples: 3, partitionSizes: ['1'] })).toThrow(TypeError);
  expect(wrong(size, { partitionSizes: [1] })).toThrow('`examples` must be');
  expect(wrong(size, { examples: 3, partitionSizes: [1], seed: 1 })).toThrow('has no option `seed`');
});
