import { describe, expect, it } from 'vitest';
import { aggregators, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { aggregate, expectClose, Growing, repeat, rounds, SumPlusOne, scalar, scalars } from './fixtures.js';

const { clipping, mean, quantileEstimation, sum, zeroing } = aggregators;
const three = [1, 2, 3].map(scalars);
const clip = (clippingNorm: number, inner = sum()) => clipping({ clippingNorm, inner });

// Numbers of TFF's clipping_factory_test (contract F.6).
describe('clipping', () => {
  it('scales down to the norm, and counts', async () => {
    const { numbers, measurements } = await aggregate(clip(2), [1, 3, 5].map(scalars));
    expect(numbers).toEqual([5]);
    expect(scalar((measurements as Record<string, unknown>).clippedCount)).toBe(2);
    expect(scalar((measurements as Record<string, unknown>).clippingNorm)).toBe(2);
  });

  it('leaves the weights alone', async () => {
    const [output] = await rounds(clipping({ clippingNorm: 2 }), [three], [1, 2, 1]);
    expectClose(output?.numbers as number[], [7 / 4]);
    expect(clipping({ clippingNorm: 2 }).weighted).toBe(true);
    expect(clip(2).weighted).toBe(false);
  });

  it('takes all leaves for one vector', async () => {
    const values = [1, 2, 3].map((v) =>
      scalars([
        [v, v],
        [v, v],
      ]),
    );
    const { numbers, measurements } = await aggregate(clip(4), values);
    expectClose(numbers, repeat(4, 1 + 2 + 2));
    expect(scalar((measurements as Record<string, unknown>).clippedCount)).toBe(1);
  });

  it.each([
    [0, [0, 0, 0, 0]],
    [1, [0.2, -0.4, 0.4, -0.8]],
    [5, [1, -2, 2, -4]],
    [100, [1, -2, 2, -4]],
  ])('to %s is what clip_by_global_norm gives', async (norm, expected) => {
    expectClose((await aggregate(clip(norm), [scalars([1, -2, [2, -4]])])).numbers, expected);
  });

  it.each([
    [1, 9],
    [2, 5],
    [Number.POSITIVE_INFINITY, 4],
  ])('scales to the norm of order %s, which is %s', async (normOrder, norm) => {
    const value = [scalars({ a: 1, b: [-2, 2], c: -4 })];
    const at = (clippingNorm: number) => aggregate(clipping({ clippingNorm, normOrder: normOrder as 1, inner: sum() }), value);
    expectClose((await at(norm)).numbers, [1, -2, 2, -4]);
    const { numbers, measurements } = await at(norm / 8);
    expectClose(numbers, [1 / 8, -2 / 8, 2 / 8, -4 / 8]);
    expect(scalar((measurements as Record<string, unknown>).clippedCount)).toBe(1);
  });

  it('leaves zeros zero at a norm of 0', async () => {
    expect((await aggregate(clip(0), [scalars([0, 0])])).numbers).toEqual([0, 0]);
  });

  it('takes a norm that changes', async () => {
    const grown = await rounds(clipping({ clippingNorm: new Growing(), inner: sum() }), repeat(3, three));
    expect(grown.map((r) => r.numbers[0])).toEqual([3, 5, 6]);
    expect(grown.map((r) => scalar(r.measurements.clippedCount))).toEqual([2, 1, 0]);
    expect(grown.map((r) => scalar(r.measurements.clippingNorm))).toEqual([1, 2, 3]);
    const values = [1, 3, 5].map(scalars);
    const sums = await rounds(clipping({ clippingNorm: new Growing(), inner: sum() }), repeat(3, values));
    expectClose(
      sums.map((r) => r.numbers[0] as number),
      [3, 5, 7],
    );
    expect(sums.map((r) => scalar(r.measurements.clippedCount))).toEqual([2, 2, 1]);
    const means = await rounds(clipping({ clippingNorm: new Growing() }), repeat(3, values), [1, 2, 1]);
    expectClose(
      means.map((r) => r.numbers[0] as number),
      [1, 7 / 4, 10 / 4],
    );
  });

  it('follows a quantile of the norms before clipping', async () => {
    const clippingNorm = quantileEstimation({ initialEstimate: 1, targetQuantile: 0.8, learningRate: 0.2 });
    const below = await rounds(clipping({ clippingNorm }), repeat(3, [scalars(0.5)]));
    expectClose(
      below.map((r) => scalar(r.measurements.clippingNorm)),
      [1, 0.960789439, 0.923116346],
      6,
    );
    const above = await rounds(clipping({ clippingNorm }), repeat(2, [scalars(7)]));
    expectClose(
      above.map((r) => scalar(r.measurements.clippingNorm)),
      [1, 1.173510871],
      6,
    );
  });

  it('keeps each element type', async () => {
    const mixed = [
      [1, 1],
      [3, 4],
    ].map(([a, b]) => [tensor(a as number), tensor(b as number, [], 'float64')]);
    expectClose((await aggregate(clip(3), mixed)).numbers, [2.8, 3.4]);
    const value = { a: tensor([1, 3]), b: tensor([1, 4], [2], 'float64') };
    const { result } = await aggregate(clip(Math.sqrt(27)), [value]);
    expect(result).toMatchObject({ a: { dtype: 'float32' }, b: { dtype: 'float64', data: Float64Array.of(1, 4) } });
  });

  it('nests with zeroing in both orders, and reports both', async () => {
    const inside = clipping({ clippingNorm: 1, inner: zeroing({ zeroingNorm: 0.5, inner: sum() }) });
    const outside = zeroing({ zeroingNorm: 3, inner: clipping({ clippingNorm: 1, inner: sum() }) });
    const values = [0.5, 2, 4].map(scalars);
    expect((await aggregate(inside, values)).numbers).toEqual([0.5]);
    const { numbers, measurements, state } = await aggregate(outside, values);
    expect(numbers).toEqual([1.5]);
    expect(measurements).toMatchObject({ zeroedCount: {}, zeroingNorm: {}, zeroing: { clippedCount: {}, clippingNorm: {}, clipping: [] } });
    expect(state).toEqual({ inner: { inner: [], clippingNorm: [], clippedCount: [] }, zeroingNorm: [], zeroedCount: [] });
  });

  it('counts with what it is given', async () => {
    const { measurements } = await aggregate(clipping({ clippingNorm: 2, clippedCountSum: new SumPlusOne() }), three);
    expect(scalar((measurements as Record<string, unknown>).clippedCount)).toBe(2);
  });

  it('refuses what has no norm', () => {
    expect(() => clipping({ clippingNorm: -1 })).toThrow('`clippingNorm` must be a finite number that is not negative, received -1');
    expect(() => clipping({ clippingNorm: Number.NaN })).toThrow(RangeError);
    expect(() => clipping({ clippingNorm: '1' as never })).toThrow(
      '`clippingNorm` must be a number or an estimation, such as quantileEstimation(), received "1"',
    );
    expect(() => clipping({ clippingNorm: 1, inner: 1 as never })).toThrow('`inner` must be an aggregator, received 1');
    expect(() => clipping({ clippingNorm: 1, clippedCountSum: mean() })).toThrow(
      '`clippedCountSum` must be an unweighted aggregator, such as sum(), received a Mean',
    );
    expect(() => clipping({ clippingNorm: 1, normOrder: 3 as never })).toThrow('`normOrder` must be 1, 2 or Infinity, received 3');
    expect(() => clipping({ norm: 1 } as never)).toThrow('`options of clipping` has no option `norm`');
    expect(() => clip(1).parts({ a: tensorSpec([2], 'int32') as TensorSpec })).toThrow(
      '`specs` of clipping must be floating-point, received int32[2] at a',
    );
  });
});
