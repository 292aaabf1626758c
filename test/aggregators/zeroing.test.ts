import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, expectClose, Growing, repeat, rounds, scalar, scalars } from './fixtures.js';

const { clipping, mean, quantileEstimation, sum, zeroing } = aggregators;
const zero = (zeroingNorm: number, inner: aggregators.Aggregator = sum()) => zeroing({ zeroingNorm, inner });

// Numbers of TFF's clipping_factory_test (contract F.6).
describe('zeroing', () => {
  it('zeroes what is above the norm, not what is equal to it, and counts', async () => {
    const { numbers, measurements } = await aggregate(zero(2), [1, 2, 5].map(scalars));
    expect(numbers).toEqual([3]);
    expect(scalar((measurements as Record<string, unknown>).zeroedCount)).toBe(1);
  });

  it('leaves the weights alone', async () => {
    const [output] = await rounds(zero(2, mean()), [[1, 2, 5].map(scalars)], [1, 2, 2]);
    expect(output?.numbers).toEqual([1]);
    expect(zeroing({ zeroingNorm: 2 }).weighted).toBe(true);
  });

  it.each([
    [Number.POSITIVE_INFINITY, 4],
    [2, 5],
    [1, 9],
  ])('measures the norm of order %s as %s', async (normOrder, norm) => {
    const value = [scalars({ a: 1, b: [-2, 2], c: -4 })];
    const at = async (zeroingNorm: number) =>
      (await aggregate(zeroing({ zeroingNorm, normOrder: normOrder as 1, inner: sum() }), value)).numbers;
    expect(await at(norm)).toEqual([1, -2, 2, -4]);
    expect(await at(norm - 0.001)).toEqual([0, 0, 0, 0]);
  });

  it('takes a norm that changes', async () => {
    const grown = await rounds(zeroing({ zeroingNorm: new Growing(), inner: sum() }), repeat(3, [0.5, 1.5, 2.5].map(scalars)));
    expect(grown.map((r) => r.numbers[0])).toEqual([0.5, 2, 4.5]);
    expect(grown.map((r) => scalar(r.measurements.zeroedCount))).toEqual([2, 1, 0]);
  });

  it('goes with a clipping norm that changes, too', async () => {
    const both = zeroing({ zeroingNorm: new Growing(0.75), inner: clipping({ clippingNorm: new Growing(0.25), inner: sum() }) });
    const outputs = await rounds(both, repeat(5, [1, 2, 3].map(scalars)));
    expect(outputs.map((r) => r.numbers[0])).toEqual([1, 1, 2.5, 4.5, 5]);
  });

  it('follows a quantile with a margin', async () => {
    const zeroingNorm = quantileEstimation({
      initialEstimate: 10,
      targetQuantile: 0.98,
      learningRate: Math.log(10),
      multiplier: 2,
      increment: 1,
    });
    const norms = async (value: number) =>
      (await rounds(zeroing({ zeroingNorm }), repeat(3, [scalars(value)]))).map((r) => scalar(r.measurements.zeroingNorm));
    expectClose(await norms(1), [21, 20.09985172, 19.240216787], 4);
    expectClose((await norms(1e6)).slice(0, 2), [21, 191.998517], 3);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('zeroes a value with %s', async (broken) => {
    const values = [tensor([1, 2]), tensor([broken, 1])];
    expect((await aggregate(zero(1e30), values)).numbers).toEqual([1, 2]);
  });

  it('refuses other norms', () => {
    expect(() => zero(-1)).toThrow('`zeroingNorm` must be a finite number that is not negative, received -1');
    expect(() => zeroing({ zeroingNorm: 1, normOrder: 3 as never })).toThrow('`normOrder` must be 1, 2 or Infinity, received 3');
    expect(() => zeroing({} as never)).toThrow('`zeroingNorm` must be a number or an estimation');
  });
});
