/** Numbers of TFF's clipping_factory_test (contract F.6). */
import { describe, expect, it } from 'vitest';
import { checkFloating, checkNormOrder, clipByNorm, globalNorm } from '../../src/aggregators/norms.js';
import type { Output } from '../../src/graph/graph.js';
import { tensor, tensorSpec } from '../../src/index.js';
import { flatten } from '../../src/tree.js';
import { computed, expectClose, numbers } from './fixtures.js';

/** 1, -2, 2, -4 in a structure of two element types. */
const leaves = [tensor([1, -2]), tensor([[2], [-4]], undefined, 'float64')];
const clipped = async (limit: number, values = leaves): Promise<number[]> =>
  numbers(await computed(values, (x) => flatten(clipByNorm(x, globalNorm(x, 2), (x[0] as Output).graph.constant(limit, 'float32')))));

describe('globalNorm', () => {
  it('is that of all leaves together, in float32', async () => {
    const norms = await computed(leaves, (x) => [globalNorm(x, Number.POSITIVE_INFINITY), globalNorm(x, 2), globalNorm(x, 1)]);
    expect(norms.map(String)).toEqual(['float32[]', 'float32[]', 'float32[]']);
    expectClose(numbers(norms), [4, 5, 9]);
  });

  it('is no number where a value is none, and infinite where one is', async () => {
    for (const [value, expected] of [
      [Number.NaN, Number.NaN],
      [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ] as const) {
      const norms = await computed([tensor([1, value]), tensor([2])], (x) => [globalNorm(x, 2), globalNorm(x, 1)]);
      expect(numbers(norms)).toEqual([expected, expected]);
    }
  });
});

describe('clipByNorm', () => {
  it('is what tf.clip_by_global_norm gives', async () => {
    expectClose(await clipped(0), [0, 0, 0, 0]);
    expectClose(await clipped(1), [0.2, -0.4, 0.4, -0.8]);
    expect(await clipped(5)).toEqual([1, -2, 2, -4]);
    expect(await clipped(100)).toEqual([1, -2, 2, -4]);
    expect(await clipped(1, [tensor([0, 0])])).toEqual([0, 0]);
  });

  it('hides nothing that is not finite', async () => {
    expect(await clipped(1, [tensor([1, Number.NaN])])).toEqual([1, Number.NaN]);
    expect(await clipped(1, [tensor([1, Number.POSITIVE_INFINITY])])).toEqual([0, Number.NaN]);
  });
});

it('orders and element types are checked', () => {
  expect([1, 2, Number.POSITIVE_INFINITY].map((order) => checkNormOrder('normOrder', order))).toEqual([1, 2, Number.POSITIVE_INFINITY]);
  for (const order of [0, 3, '2', undefined])
    expect(() => checkNormOrder('normOrder', order)).toThrow('`normOrder` must be 1, 2 or Infinity');
  checkFloating('sum', { a: tensorSpec([2]), b: [tensorSpec([], 'float64')] } as never);
  expect(() => checkFloating('sum', { a: tensorSpec([2]), b: [tensorSpec([], 'int32')] } as never)).toThrow(
    '`specs` of sum must be floating-point, received int32[] at b[0]',
  );
});
