/** Clients side by side, in numbers written out. */
import { describe, expect, it } from 'vitest';
import { finiteRows, meanOf, middle, onlyRows, RowRule, smallestSum, sortedColumns, squaredDistances } from '../../src/aggregators/rows.js';
import type { Output } from '../../src/graph/graph.js';
import { tensor, tensorSpec } from '../../src/index.js';
import type { Tensor } from '../../src/tensor.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { aggregate, computed, expectClose, numbers } from './fixtures.js';

const { NaN: none, POSITIVE_INFINITY: infinite } = Number;
/** Three clients: a leaf of two elements, and one of one. */
const rows = [
  tensor([
    [1, 2],
    [4, -2],
    [0, 0],
  ]),
  tensor([[3], [3], [none]]),
];
const first = (outputs: readonly Tensor[]): number[] => numbers(outputs[0] as Tensor);

describe('columns', () => {
  it('are sorted with the largest first, and what is no number as infinite', async () => {
    const columns = await computed(
      [
        tensor([
          [1, none],
          [3, 2],
          [2, -1],
        ]),
      ],
      ([x]) => [sortedColumns(x as Output)],
    );
    expect(first(columns)).toEqual([3, 2, 1, infinite, 2, -1]);
  });

  it('have one middle or two', async () => {
    const of = async (sorted: number[][], count: number) =>
      first(await computed([tensor(sorted), tensor(count, [], 'int32')], ([x, n]) => [middle(x as Output, n as Output)]));
    expect(
      await of(
        [
          [3, 2, 1],
          [9, 7, -9],
        ],
        3,
      ),
    ).toEqual([2, 7]);
    expect(await of([[4, 3, 2, 1]], 4)).toEqual([2.5]);
    expect(await of([[5]], 1)).toEqual([5]);
    // Halves are added, not halved sums: nothing overflows.
    expect(await of([[3e38, 3e38]], 2)).toEqual([Math.fround(3e38)]);
  });
});

describe('rows', () => {
  it('count where all of their values are finite', async () => {
    const found = await computed(rows, (x) => [finiteRows(x), ...onlyRows(x, finiteRows(x))]);
    expect(numbers(found)).toEqual([1, 1, 0, 1, 2, 4, -2, 0, 0, 3, 3, 0]);
  });

  it('have distances over all leaves, infinite from who is not finite, also to itself', async () => {
    expect(first(await computed(rows, (x) => [squaredDistances(x)]))).toEqual([
      0,
      25,
      infinite,
      25,
      0,
      infinite,
      infinite,
      infinite,
      infinite,
    ]);
    // Far from the origin distances keep their digits: 1e4 apart from zero, 1 apart from each other.
    const far = await computed([tensor([[1e4], [1e4 + 1], [1e4 + 3]])], (x) => [squaredDistances(x)]);
    expectClose(first(far), [0, 1, 9, 1, 0, 4, 9, 4, 0]);
  });

  it('add up their smallest entries, and have means of some', async () => {
    const scores = await computed(
      [
        tensor([
          [5, 1, 3],
          [2, infinite, 0],
        ]),
        tensor(2, [], 'int32'),
      ],
      ([x, n]) => [smallestSum(x as Output, n as Output)],
    );
    expect(first(scores)).toEqual([4, 2]);
    const means = await computed([...rows, tensor([0, 1], undefined, 'int32')], ([a, b, clients]) =>
      meanOf([a as Output, b as Output], clients as Output),
    );
    expect(numbers(means)).toEqual([2.5, 0, 3]);
  });
});

describe('RowRule', () => {
  const last = new RowRule('last', 2, (values, count) => values.map((x) => meanOf([x], onlyLast(count))[0] as Output));
  const onlyLast = (count: Output): Output =>
    count.graph.op('Pack', [[count.graph.op('Sub', [count, count.graph.constant(1, 'int32')])[0] as Output]], { axis: 0 })[0] as Output;

  it('sees a matrix for each leaf, and gives back their shapes', async () => {
    const value = (v: number) => ({ a: tensor([[v, v + 1]]), b: tensor(v) });
    const { result, numbers: found } = await aggregate(last, [value(1), value(5), value(9)]);
    expect(found).toEqual([9, 10, 9]);
    expect(result).toMatchObject({ a: { shape: [1, 2] }, b: { shape: [] } });
    expect(last.weighted).toBe(false);
  });

  it('refuses fewer clients than it is defined for, and what has no rows', async () => {
    await expect(aggregate(last, [tensor([1])])).rejects.toThrow('`values` must be at least 2 for this aggregator, received 1');
    expect(() => last.parts(tensorSpec([2], 'int32') as TensorSpec)).toThrow('`specs` of last must be floating-point');
    expect(() => last.parts(tensorSpec([null]) as TensorSpec)).toThrow('`specs` of last must have known sizes');
  });
});
