import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, golden, scalars } from './fixtures.js';

describe('sum', () => {
  it('adds values, as in TFF', async () => {
    expect((await aggregate(aggregators.sum(), [1, 2, 3].map(scalars))).numbers).toEqual([6]);
    const structures = [
      [[1, 2], 3],
      [[2, 5], 4],
      [[3, 0], 5],
    ];
    const { result, numbers } = await aggregate(aggregators.sum(), structures.map(scalars));
    expect(numbers).toEqual([6, 7, 12]);
    expect(result).toMatchObject([[{}, {}], {}]);
  });

  it('has no state and reports nothing', async () => {
    const { state, measurements } = await aggregate(aggregators.sum(), [scalars(1)]);
    expect([state, measurements]).toEqual([[], []]);
    expect(aggregators.sum().weighted).toBe(false);
  });

  it('adds integers exactly', async () => {
    const values = [2n ** 62n, 2n ** 62n - 1n, 1n].map((v) => ({ big: tensor(v), small: tensor([1, 2], [2], 'int32') }));
    const { result } = await aggregate(aggregators.sum(), values);
    expect(result).toMatchObject({ big: { data: BigInt64Array.of(-(2n ** 63n)) }, small: { data: Int32Array.of(3, 6) } });
  });

  it('adds in the order of the clients', async () => {
    // Any other order loses other bits of float32.
    const values = [1e8, 1, -1e8, 1, 3e7, 0.1, -3e7].map(scalars);
    const inOrder = [1e8, 1, -1e8, 1, 3e7, 0.1, -3e7].reduce((a, b) => Math.fround(a + Math.fround(b)), 0);
    for (let i = 0; i < 5; i++) expect((await aggregate(aggregators.sum(), values)).numbers).toEqual([inOrder]);
  });

  golden('aggregator_sum', aggregators.sum);
});
