import { describe, expect, it } from 'vitest';
import { aggregators, type Tensor, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { aggregate } from './fixtures.js';

const { additiveSharing, mean, secureModularSum } = aggregators;
const of = async (options: Parameters<typeof secureModularSum>[0], ...values: number[]) =>
  (
    await aggregate(
      secureModularSum(options),
      values.map((v) => tensor(v, [], 'int32')),
    )
  ).numbers[0];

// Numbers of TFF's secure_test (contract F.6).
describe('secureModularSum', () => {
  it.each([undefined, additiveSharing()])('is the sum modulo a number', async (protocol) => {
    const options = protocol === undefined ? {} : { protocol };
    expect(await of({ modulus: 2, ...options }, 0, 1, 1)).toBe(0);
    expect(await of({ modulus: 8, ...options }, 1, 2, 3, 4)).toBe(2);
    expect(await of({ modulus: 22, ...options }, -1, 7)).toBe(6);
    expect(await of({ modulus: 22, ...options }, 220)).toBe(0);
  });

  it('is so in a range around zero', async () => {
    const symmetricRange = true;
    expect(await of({ modulus: 2, symmetricRange }, 0, 1, 1)).toBe(-1);
    expect(await of({ modulus: 8, symmetricRange }, 1, 2, 3, 4)).toBe(-5);
    expect(await of({ modulus: 8, symmetricRange }, -1, -2, -3, -4)).toBe(5);
    expect(await of({ modulus: 22, symmetricRange }, 22)).toBe(-21);
    expect(await of({ modulus: 22, symmetricRange }, 112, 123)).toBe(20);
  });

  it('keeps structures and element types', async () => {
    const value = [tensor([5, -5], [2], 'int32'), { b: tensor(9n) }];
    const { result } = await aggregate(secureModularSum({ modulus: 8 }), [value, value]);
    expect(result).toMatchObject([{ dtype: 'int32', data: Int32Array.of(2, 6) }, { b: { dtype: 'int64', data: BigInt64Array.of(2n) } }]);
    expect((result as [Tensor])[0].shape).toEqual([2]);
  });

  it('refuses other numbers', () => {
    expect(() => secureModularSum({ modulus: 0 })).toThrow(RangeError);
    expect(() => secureModularSum({ modulus: 1.5 })).toThrow('`modulus` must be a whole number');
    expect(() => secureModularSum({ modulus: 2, protocol: mean() })).toThrow(TypeError);
    expect(() => secureModularSum({ modulus: 2 }).parts(tensorSpec([]) as TensorSpec)).toThrow('must be of integers, received float32[]');
  });
});
