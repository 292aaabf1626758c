/** Comparisons that throw `AssertionError`s, so that the checks work in any test runner. */
import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { isFloating } from '../dtype.js';
import { type Tensor, tensor } from '../tensor.js';
import type { Tree } from '../tree.js';
import { flatten } from '../tree.js';

/** How far values may be apart: `absolute + relative · |expected|`. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** For `float32` with another order of sums. */
export const FLOAT32: Tolerance = { relative: 1e-4, absolute: 1e-5 };

/** @throws AssertionError saying what is not equal */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  const text = (value: unknown): string => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)) ?? String(value);
  throw new AssertionError({
    message: `${what}: ${text(actual)}, expected ${text(expected)}`,
    actual,
    expected,
    operator: 'deepStrictEqual',
    stackStartFn: assertEqual,
  });
}

/** The values as numbers, those of `bfloat16` and `float16`, which are kept as bits, too. */
export const numbersOf = ({ dtype, data }: Tensor): number[] =>
  dtype === 'bfloat16'
    ? Array.from(data as Uint16Array, (bits) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0] as number)
    : dtype === 'float16'
      ? Array.from(data as Uint16Array, halfToNumber)
      : Array.from(data as ArrayLike<number>, Number);

function halfToNumber(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Compares numbers one by one; NaN is equal to NaN. @throws AssertionError naming the value */
export function assertNumbersClose(
  actual: readonly number[],
  expected: readonly number[],
  what: string,
  { relative, absolute } = FLOAT32,
): void {
  assertEqual(actual.length, expected.length, `number of values of ${what}`);
  expected.forEach((want, i) => {
    const value = actual[i] as number;
    if (Object.is(value, want) || Math.abs(value - want) <= absolute + relative * Math.abs(want)) return;
    throw new AssertionError({
      message: `${what}, value ${i}: ${value}, expected ${want}`,
      actual: value,
      expected: want,
      operator: 'close',
      stackStartFn: assertNumbersClose,
    });
  });
}

/** Compares shapes, and values: closely where they are floating, else exactly. @throws AssertionError */
export function assertClose(actual: Tensor | undefined, expected: Tensor, what: string, tolerance = FLOAT32): void {
  assertEqual(actual?.shape, expected.shape, `shape of ${what}`);
  const found = actual as Tensor;
  if (isFloating(expected.dtype)) assertNumbersClose(numbersOf(found), numbersOf(expected), what, tolerance);
  else assertEqual(Array.from(found.data as unknown[], String), Array.from(expected.data as unknown[], String), what);
}

/** A tensor with every floating value in double precision. */
export const widened = (t: Tensor): Tensor => (isFloating(t.dtype) ? tensor(Float64Array.from(numbersOf(t)), t.shape, 'float64') : t);

/** The values of all tensors of a tree in one list. */
export const valuesOf = (tensors: Tree<Tensor>): number[] => flatten(tensors).flatMap(numbersOf);
