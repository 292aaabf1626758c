import { describe, expect, it } from 'vitest';
import type { AggregatorParts, SecureSumOptions } from '../../src/aggregators/index.js';
import { Sum } from '../../src/aggregators/sum.js';
import { aggregators, type Tensor, tensor, tensorSpec } from '../../src/index.js';
import { sizeOf } from '../../src/tensor.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { mapTree } from '../../src/tree.js';
import { aggregate, expectClose, Growing, numbers as numbersOf, repeat, rounds, scalar, scalars } from './fixtures.js';

const { additiveSharing, mean, secureSum } = aggregators;
const integers = (...values: number[]): Tensor[] => values.map((v) => tensor(v, [], 'int32'));
const floats = (...values: number[]): Tensor[] => values.map((v) => tensor(v));
const within = (lowerBoundThreshold: number, upperBoundThreshold: number, protocol?: aggregators.Aggregator) =>
  secureSum({ lowerBoundThreshold, upperBoundThreshold, ...(protocol === undefined ? {} : { protocol }) });
const clipped = (measurements: unknown): number[] => {
  const { secureUpperClippedCount, secureLowerClippedCount } = measurements as Record<string, unknown>;
  return [secureUpperClippedCount, secureLowerClippedCount].map(scalar);
};

/** A sum that keeps what it has added up. */
class Remembering extends Sum {
  override parts(...specs: Parameters<Sum['parts']>): AggregatorParts {
    const parts = super.parts(...specs);
    return {
      ...parts,
      initialize: (graph) =>
        mapTree(specs[0], ({ shape }) => graph.constant(new BigInt64Array(sizeOf(shape as number[])), 'int64', shape as number[])),
      server: (state, combined) => ({ ...parts.server(state, combined), state: combined.sum }),
    };
  }
}

// Numbers of TFF's secure_test (contract F.6), by both protocols.
describe.each([
  ['in the clear', undefined],
  ['by additive sharing', additiveSharing()],
])('secureSum %s', (_, protocol) => {
  const options = protocol === undefined ? {} : { protocol };
  const symmetric = (upperBoundThreshold: SecureSumOptions['upperBoundThreshold']) => secureSum({ upperBoundThreshold, ...options });

  it('clips integers, and counts who is outside', async () => {
    const { numbers, measurements } = await aggregate(symmetric(1), integers(-2, -1, 0, 1, 2, 3));
    expect(numbers).toEqual([1]);
    expect(clipped(measurements)).toEqual([2, 1]);
  });

  it('clips floating-point values', async () => {
    const { numbers, measurements } = await aggregate(symmetric(1), floats(-2.5, -0.5, 0, 1, 1.5, 2.5));
    expectClose(numbers, [1.5]);
    expect(clipped(measurements)).toEqual([2, 1]);
  });

  it('takes bounds that change', async () => {
    const outputs = await rounds(symmetric(new Growing()), repeat(3, floats(-2.5, -0.5, 0, 1, 1.5, 3.5)));
    expectClose(
      outputs.map((r) => r.numbers[0] as number),
      [1.5, 2, 2.5],
    );
    expect(outputs.map((r) => clipped(r.measurements))).toEqual([
      [2, 1],
      [1, 1],
      [1, 0],
    ]);
    expect(outputs.map((r) => scalar(r.measurements.secureLowerThreshold))).toEqual([-1, -2, -3]);
  });

  it('adds large integers exactly', async () => {
    const values = [2n ** 33n, 2n ** 33n, 2n ** 34n].map((v) => tensor(v));
    const { result } = await aggregate(symmetric(2 ** 34), values);
    expect((result as Tensor).data).toEqual(BigInt64Array.of(2n ** 35n));
  });

  it('takes a range that does not have zero in its middle', async () => {
    const of = async (low: number, high: number, ...values: number[]) =>
      (await aggregate(within(low, high, protocol), integers(...values))).numbers[0];
    expect(await of(0, 255, 0, 1, 255, 22)).toBe(278);
    expect(await of(4, 20, 3)).toBe(4);
    expect(await of(4, 20, 21)).toBe(20);
    expect(await of(4, 20, ...repeat(10, 4))).toBe(40);
    expect(await of(4, 20, 10, 12, 20)).toBe(42);
    expectClose((await aggregate(within(0, 1, protocol), floats(0, 0.1, 0.7, 1))).numbers, [1.8]);
    const values = [
      [0.3, 0.5, 0.1],
      [0.9, 1.5, 0.83],
    ].map((v) => tensor(v));
    expectClose((await aggregate(within(0.2, 0.9, protocol), values)).numbers, [1.2, 1.4, 1.03]);
  });

  it('keeps structures and element types', async () => {
    const value = { a: tensor([0.25, -0.5], [2], 'float64'), b: [tensor(3, [], 'int32')] };
    const { result } = await aggregate(symmetric(4), [value, value]);
    expect(result).toMatchObject({
      a: { dtype: 'float64', shape: [2] },
      b: [{ dtype: 'int32', data: Int32Array.of(6) }],
    });
    expectClose((await aggregate(symmetric(4), [value, value])).numbers, [0.5, -1, 6]);
  });

  it('is a sum for other aggregators', async () => {
    const values = [1, 2, 3].map(scalars);
    const secured = mean({ valueSum: symmetric(10), weightSum: within(0, 100, protocol) });
    expectClose((await aggregate(secured, values, [3, 2, 1])).numbers, [10 / 6]);
  });
});

describe('secureSum', () => {
  it('is off by half a level per client at most', async () => {
    const values = Array.from({ length: 50 }, (_, i) => tensor([Math.sin(i), Math.cos(i)], [2], 'float64'));
    const { numbers } = await aggregate(secureSum({ upperBoundThreshold: 1 }), values);
    const exact = [0, 1].map((k) => values.reduce((total, v) => total + Number(v.data[k]), 0));
    numbers.forEach((v, i) => expect(Math.abs(v - (exact[i] as number))).toBeLessThan((50 * 2) / 2 ** 33 + 1e-12));
  });

  /** What the protocol adds up, for one client. */
  const codes = async (low: number, high: number, value: Tensor): Promise<number[]> => {
    const { state } = await aggregate(within(low, high, new Remembering()), [value]);
    return numbersOf((state as { protocol: { value: Tensor } }).protocol.value);
  };

  it("sends TFF's codes", async () => {
    const whole = tensor([0, 1, 2, 3, 5, -254, -255, -256, 255, 256, 257], undefined, 'int32');
    expect(await codes(-255, 256, whole)).toEqual([255, 256, 257, 258, 260, 1, 0, 0, 510, 511, 511]);
    expect(await codes(-1, 1, tensor([-2, -1, 1, 2]))).toEqual([0, 0, 2 ** 32 - 1, 2 ** 32 - 1]);
    // Levels of size 1: to the nearest.
    expect(await codes(0, 2 ** 32 - 1, tensor([2.25, 2.75, 0.5]))).toEqual([2, 3, 0]);
  });

  it('has as many times the bound where estimated bounds meet or cross', async () => {
    for (const lowerBoundThreshold of [1, 2]) {
      const met = secureSum({ lowerBoundThreshold, upperBoundThreshold: new Growing() });
      expectClose((await aggregate(met, floats(-5, 0.5, 9))).numbers, [3 * lowerBoundThreshold]);
      expectClose((await aggregate(met, integers(-5, 1, 9))).numbers, [3 * lowerBoundThreshold]);
    }
  });

  it('takes what is not a number for 0', async () => {
    expectClose((await aggregate(secureSum({ upperBoundThreshold: 1 }), floats(Number.NaN, 0.5))).numbers, [0.5]);
  });

  it('refuses bounds that leave no range, and fractions for integers', () => {
    expect(() => secureSum({ upperBoundThreshold: 0 })).toThrow('`upperBoundThreshold` must be a finite number above 0, received 0');
    expect(() => within(2, 2)).toThrow('`upperBoundThreshold` must be above `lowerBoundThreshold`, received 2 and 2');
    expect(() => secureSum({ upperBoundThreshold: '1' as never })).toThrow(TypeError);
    expect(() => secureSum({ upperBoundThreshold: 1, protocol: mean() })).toThrow('`protocol` must be an unweighted aggregator');
    expect(() => secureSum({ upperBoundThreshold: 1.5 }).parts(tensorSpec([], 'int32') as TensorSpec)).toThrow(
      'the bounds of secureSum must be whole numbers for int32[], received 1.5',
    );
    expect(() => secureSum({ upperBoundThreshold: 1 }).parts(tensorSpec([], 'string') as TensorSpec)).toThrow(TypeError);
  });
});
