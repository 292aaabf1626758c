import { describe, expect, it } from 'vitest';
import { aggregators, type Output, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { aggregate, golden, scalars } from './fixtures.js';

const { addMeasurements, clipping, concat, mean, sum } = aggregators;

describe('concat', () => {
  it('gives the inner aggregator a scalar as a vector of one', async () => {
    const { numbers, result } = await aggregate(concat({ inner: mean() }), [1, 2, 3].map(scalars), [3, 4, 5]);
    expect(numbers[0]).toBeCloseTo(26 / 12, 6);
    expect(result).toMatchObject({ shape: [] });
  });

  it('gives back the structure', async () => {
    const value = { b: [tensor([[3], [4]]), tensor(5)], a: tensor([0, 1, 2]) };
    const { result } = await aggregate(concat({ inner: sum() }), [value, value]);
    expect(result).toMatchObject({
      a: { shape: [3], data: Float32Array.of(0, 2, 4) },
      b: [
        { shape: [2, 1], data: Float32Array.of(6, 8) },
        { shape: [], data: Float32Array.of(10) },
      ],
    });
  });

  it('is one vector to the inner aggregator', () => {
    const seen: unknown[] = [];
    const inner = sum();
    const parts = inner.parts.bind(inner);
    inner.parts = (specs) => {
      seen.push(specs);
      return parts(specs);
    };
    concat({ inner }).parts([tensorSpec([2, 3]) as TensorSpec, tensorSpec([]) as TensorSpec]);
    expect(seen.map(String)).toEqual(['float32[7]']);
  });

  it('has the leaves in their order, each row by row', async () => {
    const value = [
      tensor([
        [0, 1],
        [2, 3],
      ]),
      { a: tensor(4), b: [tensor([5])] },
    ];
    const shown = addMeasurements({ inner: sum(), serverMeasurement: (total) => ({ total: total as Output }) });
    const { measurements } = await aggregate(concat({ inner: shown }), [value]);
    expect(measurements).toMatchObject({ total: { data: Float32Array.of(0, 1, 2, 3, 4, 5) } });
  });

  it('is weighted as the inner one is', () => {
    expect(concat().weighted).toBe(true);
    expect(concat({ inner: clipping({ clippingNorm: 1, inner: sum() }) }).weighted).toBe(false);
  });

  it('refuses leaves that do not go together', () => {
    const parts =
      (...specs: unknown[]) =>
      () =>
        concat().parts(specs as TensorSpec[]);
    expect(parts(tensorSpec([1]), tensorSpec([1], 'float64'))).toThrow(
      '`specs` of concat must have one element type, received float32, float64',
    );
    expect(parts(tensorSpec([null]))).toThrow('`specs` of concat must have known sizes, received float32[null]');
    expect(parts()).toThrow('received none');
  });

  golden('aggregator_concat', () => concat({ inner: mean() }));
});
