/** Expected parts are those of flwr-datasets 0.6.1. */
import { expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { data } from '../../../src/index.js';
import { upTo, wrong } from './parts.js';

const { natural } = data.partition;

it('gives each id its examples, the ids in their order', () => {
  const expected = [
    [0, 7, 14, 21, 28, 35, 42, 49],
    [3, 10, 17, 24, 31, 38, 45, 52],
    [6, 13, 20, 27, 34, 41, 48],
    [2, 9, 16, 23, 30, 37, 44, 51],
    [5, 12, 19, 26, 33, 40, 47],
    [1, 8, 15, 22, 29, 36, 43, 50],
    [4, 11, 18, 25, 32, 39, 46],
  ];
  expect(natural({ partitionBy: upTo(53).map((i) => `u${(5 * i) % 7}`) })).toEqual(expected);
  expect(natural({ partitionBy: Int32Array.from(upTo(53), (i) => (5 * i) % 7) })).toEqual(expected);
});

it('orders numbers by their size, and names as sort() does', () => {
  expect(natural({ partitionBy: [10, 9, 10, -1] })).toEqual([[3], [1], [0, 2]]);
  expect(natural({ partitionBy: ['10', '9', '10', 'B', 'a'] })).toEqual([[0, 2], [1], [3], [4]]);
});

it('refuses what it cannot divide', () => {
  expect(wrong(natural, { partitionBy: [] })).toThrow(new ValueError('`partitionBy` must be the ids of at least one example, received []'));
  expect(wrong(natural, { partitionBy: 'abc' })).toThrow('`partitionBy` must be a list with the id of each example, received "abc"');
  expect(wrong(natural, { partitionBy: ['a', 1] })).toThrow('`partitionBy[1]` must be a string like those before, received 1');
  expect(wrong(natural, { partitionBy: [1, 'a'] })).toThrow('`partitionBy[1]` must be a number, or all strings, received "a"');
  expect(wrong(natural, { partitionBy: [Number.NaN] })).toThrow(TypeError);
  expect(wrong(natural, { partitionBy: [true] })).toThrow(TypeError);
  expect(wrong(natural, { partitionBy: ['a'], clients: 1 })).toThrow('has no option `clients`');
});
