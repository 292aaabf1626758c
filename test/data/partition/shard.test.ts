/** Sizes are those of flwr-datasets 0.6.1 for the same labels; which shard goes to whom is random in both. */
import { expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { data } from '../../../src/index.js';
import { classesOf, LABELS, sorted, upTo, wrong } from './parts.js';

const { shard } = data.partition;
const four = { labels: LABELS, clients: 4, seed: 1 };

it.each([
  [{ numShardsPerPartition: 2 }, [[12, 12, 12, 12]]],
  [{ numShardsPerPartition: 2, shardSize: 5 }, [[10, 10, 10, 10]]],
  [{ numShardsPerPartition: 2, shardSize: 5, keepIncompleteShard: true }, [[10, 10, 10, 10]]],
  [{ shardSize: 5 }, [[15, 15, 10, 10]]],
  [
    { numShardsPerPartition: 2, keepIncompleteShard: true },
    [
      [11, 12, 12, 12],
      [12, 11, 12, 12],
      [12, 12, 11, 12],
      [12, 12, 12, 11],
      [12, 12, 12, 12],
    ],
  ],
  [
    { shardSize: 5, keepIncompleteShard: true },
    [
      [13, 15, 15, 10],
      [15, 13, 15, 10],
      [15, 15, 13, 10],
      [15, 15, 15, 8],
    ],
  ],
  [
    { shardSize: 14, keepIncompleteShard: true },
    [
      [11, 14, 14, 14],
      [14, 11, 14, 14],
      [14, 14, 11, 14],
      [14, 14, 14, 11],
    ],
  ],
])('%j gives the sizes of flwr-datasets', (options, sizes) => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    const parts = shard({ ...four, ...options, seed });
    expect(new Set(parts.flat()).size).toBe(parts.flat().length);
    seen.add(String(parts.map((part) => part.length)));
  }
  expect([...seen].sort()).toEqual(sizes.map(String).sort());
});

it('leaves out the examples at the end, of the last class', () => {
  expect(sorted(shard({ labels: LABELS, clients: 1, shardSize: 5, seed: 3 }))).toEqual(upTo(53).filter((i) => ![47, 49, 52].includes(i)));
  expect(sorted(shard({ ...four, shardSize: 5, keepIncompleteShard: true }))).toEqual(upTo(53));
});

it('gives the 100 clients of McMahan et al. two shards of 300 each, of at most two classes', () => {
  const labels = upTo(60_000).map((i) => (i * 7) % 10);
  const parts = shard({ labels, clients: 100, numShardsPerPartition: 2, seed: 1 });
  expect(sorted(parts)).toEqual(upTo(60_000));
  expect(new Set(parts.map((part) => part.length))).toEqual(new Set([600]));
  const classes = classesOf(parts, labels);
  expect(Math.max(...classes)).toBe(2);
  // Two of 200 shards are of one class with probability 19/199: 9.5 of 100 clients.
  const single = classes.filter((n) => n === 1).length;
  expect(Math.abs(single - 9.5)).toBeLessThan(9);
});

it('is decided by the seed, and mixed', () => {
  const divide = (seed: number) => shard({ ...four, numShardsPerPartition: 2, seed });
  expect(divide(3)).toEqual(divide(3));
  expect(divide(4)).not.toEqual(divide(3));
  for (const part of divide(3)) expect(part).not.toEqual([...part].sort((a, b) => a - b));
});

it('refuses what it cannot divide', () => {
  expect(wrong(shard, four)).toThrow(new ValueError('`shardSize` must be given without `numShardsPerPartition`, received undefined'));
  expect(wrong(shard, { ...four, shardSize: 14 })).toThrow(new ValueError('`labels` must be enough for 4 shards of 14, received 53'));
  expect(wrong(shard, { ...four, shardSize: 7, numShardsPerPartition: 2 })).toThrow('enough for 8 shards of 7, received 53');
  expect(wrong(shard, { ...four, numShardsPerPartition: 14 })).toThrow('enough for 56 shards, received 53');
  expect(wrong(shard, { ...four, labels: [], numShardsPerPartition: 1 })).toThrow('enough for 4 shards, received 0');
  expect(wrong(shard, { ...four, labels: 3, shardSize: 1 })).toThrow('`labels` must be a list');
  expect(wrong(shard, { ...four, shardSize: 0 })).toThrow('`shardSize` must be a finite number of at least 1, received 0');
  expect(wrong(shard, { ...four, numShardsPerPartition: 1.5 })).toThrow('`numShardsPerPartition` must be a whole number');
  expect(wrong(shard, { ...four, shardSize: 1, keepIncompleteShard: 1 })).toThrow('`keepIncompleteShard` must be true or false');
  expect(wrong(shard, { ...four, shardSize: 1, shuffle: true })).toThrow('has no option `shuffle`');
});
