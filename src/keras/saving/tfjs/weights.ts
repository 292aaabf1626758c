/**
 * Weights in tfjs's format: their values one after another, in one or several files, and a list that says what they are.
 *
 * Values may be quantized: smaller numbers that are scaled when they are read.
 */
import { FileFormatError } from '../../../errors.js';
import { isDictionary } from '../../../tree.js';
import { type ArrayValue, decodeArray, elements, STORED_BYTES, type StoredDType } from '../array-value.js';
import type { Budget } from '../limits.js';

/** A weight's place in the data is after all those before it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** How the stored numbers become values: times `scale`, plus `min`; a 16-bit float stands for itself. */
  readonly quantization?: { readonly dtype: 'uint8' | 'uint16' | 'float16'; readonly scale: number; readonly min: number };
}

const DTYPES = ['float32', 'int32', 'bool'];
const QUANTIZED = ['uint8', 'uint16', 'float16'];
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Checks one entry of a list of weights. @throws FileFormatError naming the weight and what is wrong */
export function weightSpec(file: string, value: unknown, index: number): WeightSpec {
  const fail = (problem: string): never => {
    throw new FileFormatError(file, `weight ${index}${isDictionary(value) ? ` (${String(value.name)})` : ''} ${problem}`);
  };
  if (!isDictionary(value) || typeof value.name !== 'string') return fail('must be an object with a name');
  const { name, shape, dtype, quantization } = value;
  if (
    !Array.isArray(shape) ||
    !shape.every((size) => Number.isSafeInteger(size) && size >= 0) ||
    !Number.isSafeInteger(elements(shape) * 4)
  )
    return fail('has no valid shape');
  if (!DTYPES.includes(dtype as string)) return fail(`must be ${DTYPES.join(', ')}, and is ${JSON.stringify(dtype)}`);
  const spec = { name, shape, dtype: dtype as WeightSpec['dtype'] };
  if (quantization === undefined) return spec;
  if (!isDictionary(quantization) || !QUANTIZED.includes(quantization.dtype as string)) return fail('is quantized in an unknown way');
  const { dtype: stored, scale = 1, min = 0 } = quantization;
  if (!isNumber(scale) || !isNumber(min) || spec.dtype === 'bool') return fail('is quantized in an unknown way');
  return { ...spec, quantization: { dtype: stored as 'uint8', scale, min } };
}

const storedDtype = (spec: WeightSpec): StoredDType => spec.quantization?.dtype ?? spec.dtype;

/** Bytes that a weight has in the data. */
export const storedBytes = (spec: WeightSpec): number => elements(spec.shape) * STORED_BYTES[storedDtype(spec)];

/** All weights from their data. @throws FileFormatError where the data's length is another, or the values are more than the budget allows */
export function decodeWeights(file: string, specs: readonly WeightSpec[], data: Uint8Array, budget: Budget): Map<string, ArrayValue> {
  const wanted = specs.reduce((sum, spec) => sum + storedBytes(spec), 0);
  if (wanted !== data.length) throw new FileFormatError(file, `the weights need ${wanted} bytes of data, and there are ${data.length}`);
  const values = new Map<string, ArrayValue>();
  let at = 0;
  for (const spec of specs) {
    if (values.has(spec.name)) throw new FileFormatError(file, `there are two weights ${spec.name}`);
    budget.take(elements(spec.shape) * STORED_BYTES[spec.dtype], `the weight ${spec.name}`);
    const stored = decodeArray(data.subarray(at, at + storedBytes(spec)), storedDtype(spec), spec.shape);
    values.set(spec.name, dequantized(stored, spec));
    at += storedBytes(spec);
  }
  return values;
}

function dequantized(stored: ArrayValue, { dtype, shape, quantization }: WeightSpec): ArrayValue {
  if (quantization === undefined || quantization.dtype === 'float16') return stored;
  const { scale, min } = quantization;
  const data = stored.data as Uint8Array;
  if (dtype === 'int32') return { dtype, shape, data: Int32Array.from(data, (v) => Math.round(v * scale + min)) };
  return { dtype: 'float32', shape, data: Float32Array.from(data, (v) => v * scale + min) };
}
