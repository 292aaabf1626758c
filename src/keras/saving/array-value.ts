/** Arrays as files hold them. */
import type { DType, DTypeMap } from '../../dtype.js';

/**
 * An array read from a file, in row-major order. 16-bit floats come widened to `float32`, which holds each of their values exactly;
 * `storedAs` tells what they were.
 */
export interface ArrayValue {
  readonly dtype: DType;
  /** Sizes of the axes; `[]` is a scalar. */
  readonly shape: readonly number[];
  readonly data: DTypeMap[DType];
  readonly storedAs?: HalfDType;
}

/** The 16-bit floats, for which there is no typed array. */
export type HalfDType = 'float16' | 'bfloat16';

/** The types that have a fixed size in files. */
export type StoredDType = Exclude<DType, 'string'>;

/** Bytes per element, in files and in memory. */
export const STORED_BYTES: Readonly<Record<StoredDType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

const isHalf = (dtype: string): dtype is HalfDType => dtype === 'float16' || dtype === 'bfloat16';

/** Number of elements of a shape. */
export const elements = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/** Makes an array of little-endian bytes, which are copied: `bytes` holds exactly the elements of `shape`. */
export function decodeArray(bytes: Uint8Array, dtype: StoredDType, shape: readonly number[]): ArrayValue {
  // A typed array needs an aligned buffer, and one of its own.
  const { buffer } = new Uint8Array(bytes);
  if (isHalf(dtype)) return { dtype: 'float32', shape, data: widen(new Uint16Array(buffer), dtype), storedAs: dtype };
  return { dtype, shape, data: new CLASSES[dtype](buffer) };
}

const CLASSES = {
  float64: Float64Array,
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** The values of 16-bit floats given as raw bits. */
export function widen(bits: Uint16Array, dtype: HalfDType): Float32Array {
  // A bfloat16 is the upper half of a float32.
  if (dtype === 'bfloat16') return new Float32Array(Uint32Array.from(bits, (b) => b * 0x10000).buffer);
  return Float32Array.from(bits, halfToNumber);
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
