import { describe, expect, it } from 'vitest';
import { aggregators, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { withstandsAttacks } from './attacks.js';
import { aggregate, scalars } from './fixtures.js';

const { coordinateMedian } = aggregators;

describe('coordinateMedian', () => {
  it('is the middle of each coordinate', async () => {
    const values = [
      [1, 50],
      [2, -1],
      [100, 3],
    ];
    expect((await aggregate(coordinateMedian(), values.map(scalars))).numbers).toEqual([2, 3]);
  });

  it('is the mean of two middles for an even number of clients', async () => {
    expect((await aggregate(coordinateMedian(), [4, 1, 9, 2].map(scalars))).numbers).toEqual([3]);
    expect((await aggregate(coordinateMedian(), [7].map(scalars))).numbers).toEqual([7]);
  });

  it('keeps structures and element types', async () => {
    const value = (v: number) => ({ a: tensor([[v, v + 1]], [1, 2], 'float64'), b: [tensor(v)] });
    const { result } = await aggregate(coordinateMedian(), [1, 5, 2].map(value));
    expect(result).toMatchObject({
      a: { dtype: 'float64', shape: [1, 2], data: Float64Array.of(2, 3) },
      b: [{ data: Float32Array.of(2) }],
    });
  });

  it('refuses integers, and is unweighted', () => {
    expect(() => coordinateMedian().parts(tensorSpec([], 'int32') as TensorSpec)).toThrow(
      '`specs` of coordinateMedian must be floating-point',
    );
    expect(coordinateMedian().weighted).toBe(false);
  });

  withstandsAttacks(coordinateMedian);
});
