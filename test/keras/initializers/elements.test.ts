import { expect, test } from 'vitest';
import { elements } from '../../../src/keras/initializers/elements.js';
import { constant, ones } from '../../../src/keras/initializers/index.js';

const bits = (dtype: 'float16' | 'bfloat16', ...values: number[]): number[] =>
  Array.from(elements(Float64Array.from(values), dtype) as Uint16Array);

test('whole numbers and booleans', () => {
  expect(ones().values([2], 'int64')).toEqual(BigInt64Array.of(1n, 1n));
  expect(constant({ value: 3 }).values([1], 'int32')).toEqual(Int32Array.of(3));
  expect(constant({ value: 3 }).values([2], 'bool')).toEqual(Uint8Array.of(1, 1));
  expect(() => ones().values([1], 'string')).toThrow(/a weight of strings has none/);
});

// IEEE 754: sign, 5 bits of exponent (bias 15), 10 of fraction
test('half precision, rounded to the nearest even', () => {
  expect(bits('float16', 0, 1, -2, 0.5, 65504)).toEqual([0x0000, 0x3c00, 0xc000, 0x3800, 0x7bff]);
  expect(bits('float16', 1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -10)).toEqual([0x3c00, 0x3c02, 0x3c01]);
  expect(bits('float16', 65519, 65520, -1e9)).toEqual([0x7bff, 0x7c00, 0xfc00]);
  expect(bits('float16', 2 ** -24, 2 ** -25, 3 * 2 ** -25, 2 ** -14, 1023 * 2 ** -24)).toEqual([0x0001, 0x0000, 0x0002, 0x0400, 0x03ff]);
  expect(bits('float16', 2 - 2 ** -12)).toEqual([0x4000]);
});

// The upper 16 bits of a float32
test('bfloat16, rounded to the nearest even', () => {
  expect(bits('bfloat16', 0, 1, -2, 3.140625)).toEqual([0x0000, 0x3f80, 0xc000, 0x4049]);
  expect(bits('bfloat16', 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -7)).toEqual([0x3f80, 0x3f82, 0x3f81]);
});
