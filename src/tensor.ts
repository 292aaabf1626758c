/** Tensors: values with an element type and a shape, in JavaScript's memory or in TensorFlow's. */
import {
  arrayClass,
  DTYPES,
  type DType,
  type DTypeMap,
  dtypeName,
  dtypeNumber,
  isDType,
  type NumericArray,
  type NumericDType,
} from './dtype.js';
import { DisposedError, TensorFlowError, ValueError } from './errors.js';
import type { NativeFeed, NativeTensor } from './native/binding.js';
import { binding } from './native/loader.js';
import { describe, mustBe, mustHold } from './validate.js';

const decoder = new TextDecoder();

/** As many numbers as are copied for each use. */
const FEW = 4;

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, s) => n * s, 1);

/**
 * An immutable tensor `{ dtype, shape, data }`.
 *
 * Values live in one place: in the array they were made from until TensorFlow first needs them, then in TensorFlow's memory, from
 * where `data` copies them when it is read. `dispose` frees that memory at once; else the garbage collector does.
 */
export class Tensor<D extends DType = DType> {
  readonly dtype: D;
  /** Sizes of the axes; `[]` is a scalar. */
  readonly shape: readonly number[];
  #data: DTypeMap[D] | undefined;
  #native: NativeTensor | undefined;
  #disposed = false;

  /** @internal */
  constructor(dtype: D, shape: readonly number[], data: DTypeMap[D] | undefined, native?: NativeTensor) {
    this.dtype = dtype;
    this.shape = Object.freeze([...shape]);
    this.#data = data;
    this.#native = native;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The values in row-major order; do not write to them. @throws DisposedError after `dispose`. */
  get data(): DTypeMap[D] {
    if (this.#data !== undefined) return this.#data;
    const native = this.#checked();
    if (this.dtype === 'string')
      this.#data = binding()
        .tensorStrings(native)
        .map((bytes) => decoder.decode(bytes)) as DTypeMap[D];
    else this.#data = new (arrayClass(this.dtype as NumericDType))(binding().tensorData(native)) as DTypeMap[D];
    return this.#data;
  }

  /** The tensor in TensorFlow's memory, put there on first use. @internal */
  get native(): NativeTensor {
    if (this.#native !== undefined) return this.#native;
    if (this.#disposed) throw new DisposedError(`the tensor ${this} has been disposed`);
    const data = this.#data as DTypeMap[D];
    const native =
      this.dtype === 'string'
        ? binding().tensorFromStrings(this.shape, data as string[])
        : binding().tensorNew(dtypeNumber(this.dtype), this.shape, data as unknown as ArrayBufferView);
    this.#native = native;
    this.#data = undefined;
    return native;
  }

  /**
   * What a run is fed with. What is in JavaScript's memory may stay there, to be copied for the run alone: where it is used once, or is as little as
   * a seed, that costs less than a handle, which the garbage collector has to free. @internal
   */
  feed(isUsedOnce: boolean): NativeFeed {
    const data = this.#data;
    if (data === undefined || this.#native !== undefined || this.dtype === 'string' || !(isUsedOnce || data.length <= FEW))
      return this.native;
    return [dtypeNumber(this.dtype), this.shape, data as unknown as ArrayBufferView];
  }

  /** Another tensor over the same memory: to dispose one leaves the other as it is. @internal */
  share(): Tensor<D> {
    return new Tensor(this.dtype, this.shape, undefined, binding().tensorShare(this.native));
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Frees the values; a second call does nothing. */
  dispose(): void {
    if (this.#native !== undefined) binding().tensorDispose(this.#native);
    this.#native = undefined;
    this.#data = undefined;
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** For example `float32[20, 10]`. */
  toString(): string {
    return `${this.dtype}[${this.shape.join(', ')}]`;
  }

  #checked(): NativeTensor {
    if (this.#native === undefined) throw new DisposedError(`the tensor ${this} has been disposed`);
    return this.#native;
  }
}

/** Wraps a tensor that TensorFlow made. @internal */
export function fromNative(native: NativeTensor): Tensor {
  const { dtype, shape } = binding().tensorInfo(native);
  const name = dtypeName(dtype);
  if (name === undefined) throw new TensorFlowError('UNIMPLEMENTED', `a result has TF_DataType ${dtype}, which has no JavaScript form`);
  return new Tensor(name, shape, undefined, native);
}

type Nested = number | bigint | boolean | string | readonly Nested[];
/** What {@link tensor} takes: a typed array, a number, or nested arrays of numbers, booleans or strings. */
export type TensorData = DTypeMap[NumericDType] | Nested;

type ArrayDTypes = {
  [D in 'float32' | 'float64' | 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64']: DTypeMap[D];
};
/** The element of nested arrays, four deep: TypeScript gives up on types that refer to themselves without end. */
type Element1<T> = T extends readonly (infer U)[] ? U : T;
type ElementOf<T> = Element1<Element1<Element1<Element1<T>>>>;
type DTypeOfElement<T> = T extends number
  ? 'float32'
  : T extends bigint
    ? 'int64'
    : T extends boolean
      ? 'bool'
      : T extends string
        ? 'string'
        : DType;
/** The element type that {@link tensor} gives to data when none is named. */
export type DTypeOf<T> = T extends ArrayBufferView
  ? { [D in keyof ArrayDTypes]: T extends ArrayDTypes[D] ? D : never }[keyof ArrayDTypes]
  : DTypeOfElement<ElementOf<T>>;

const DEFAULT_DTYPE = new Map<unknown, DType>([
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Int8Array, 'int8'],
  [Int16Array, 'int16'],
  [Int32Array, 'int32'],
  [BigInt64Array, 'int64'],
  [Uint8Array, 'uint8'],
  [Uint16Array, 'uint16'],
  [Uint32Array, 'uint32'],
  [BigUint64Array, 'uint64'],
]);

/**
 * Makes a tensor.
 *
 * @param data A typed array (kept, not copied: do not write to it afterwards), or a number, boolean, string or nested arrays of them.
 * @param shape Sizes of the axes; by default those of the nested arrays, or one axis for a typed array.
 * @param dtype Element type; by default that of the typed array, `float32` for numbers, `int64` for bigints, `bool`, `string`.
 *   A 64-bit integer tensor takes a `BigInt64Array`; a `bool` tensor a `Uint8Array` of 0 and 1.
 * @throws TypeError where data and dtype do not go together, ValueError where the number of values is not that of the shape, nested
 *   arrays are ragged, or a number does not fit an integer dtype.
 */
export function tensor<D extends DType>(data: TensorData, shape: readonly number[] | undefined, dtype: D): Tensor<D>;
export function tensor<T extends TensorData>(data: T, shape?: readonly number[]): Tensor<DTypeOf<T>>;
export function tensor(data: TensorData, shape?: readonly number[], dtype?: DType): Tensor {
  if (dtype !== undefined && !isDType(dtype)) throw mustBe('dtype', `one of ${DTYPES.join(', ')}`, dtype);
  if (shape !== undefined) checkShape(shape);
  if (ArrayBuffer.isView(data)) return fromTypedArray(data as DTypeMap[NumericDType], shape, dtype);
  const inferred: number[] = [];
  const values: unknown[] = [];
  collect(data, 0, inferred, values, '');
  const type = dtype ?? inferDType(values[0]);
  const sizes = shape ?? inferred;
  checkCount(values.length, sizes);
  return new Tensor(type, sizes, convert(values, type));
}

function checkShape(shape: readonly number[]): void {
  if (!Array.isArray(shape)) throw mustBe('shape', 'a list of sizes', shape);
  shape.forEach((size, i) => {
    if (!Number.isSafeInteger(size) || size < 0) throw mustHold(`shape[${i}]`, 'a whole number that is not negative', size);
  });
}

function checkCount(count: number, shape: readonly number[]): void {
  const expected = sizeOf(shape);
  if (count !== expected)
    throw new ValueError(`\`data\` must be ${expected} values for the shape [${shape.join(', ')}], received ${count}`);
}

function fromTypedArray(data: DTypeMap[NumericDType], shape: readonly number[] | undefined, dtype: DType | undefined): Tensor {
  const own = DEFAULT_DTYPE.get(data.constructor);
  if (own === undefined) throw mustBe('data', 'a typed array of numbers', data);
  const type = dtype ?? own;
  if (type === 'string') throw mustBe('data', 'strings for a string tensor', data);
  const expected: NumericArray['constructor'] = arrayClass(type);
  if (data.constructor !== expected) throw mustBe('data', `of type ${expected.name} for a tensor of ${type}`, data);
  checkCount(data.length, shape ?? [data.length]);
  if (type === 'bool') checkBooleans(data as Uint8Array);
  return new Tensor(type, shape ?? [data.length], data);
}

// TensorFlow takes any other byte in a bool tensor for granted, with results that differ by operation.
function checkBooleans(data: Uint8Array): void {
  const i = data.findIndex((value) => value > 1);
  if (i >= 0) throw mustHold(`data[${i}]`, '0 or 1 for bool', data[i]);
}

function collect(value: unknown, depth: number, shape: number[], values: unknown[], path: string): void {
  if (!Array.isArray(value)) {
    if (depth < shape.length)
      throw new ValueError(`\`data${path}\` must be an array of ${shape[depth]} like its neighbours, received ${describe(value)}`);
    if (!['number', 'bigint', 'boolean', 'string'].includes(typeof value))
      throw mustBe(`data${path}`, 'a number, a boolean or a string', value);
    values.push(value);
    return;
  }
  if (shape.length === depth) {
    if (values.length > 0) throw new ValueError(`\`data${path}\` must be a single value like its neighbours, received ${describe(value)}`);
    shape.push(value.length);
  } else if (shape[depth] !== value.length) {
    throw new ValueError(`\`data${path}\` must have ${shape[depth]} elements like its neighbours, received ${value.length}`);
  }
  value.forEach((child, i) => collect(child, depth + 1, shape, values, `${path}[${i}]`));
}

const inferDType = (value: unknown): DType =>
  typeof value === 'bigint' ? 'int64' : typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'float32';

function convert(values: readonly unknown[], dtype: DType): DTypeMap[DType] {
  if (dtype === 'string') {
    values.forEach((v, i) => {
      if (typeof v !== 'string') throw mustBe(`data[${i}]`, 'a string', v);
    });
    return values as string[];
  }
  if (dtype === 'float16' || dtype === 'bfloat16') throw mustBe('data', `a Uint16Array of raw bits for a tensor of ${dtype}`, values);
  const out = new (arrayClass(dtype))(values.length) as { [index: number]: number | bigint };
  const wide = dtype === 'int64' || dtype === 'uint64';
  const whole = dtype !== 'float32' && dtype !== 'float64';
  values.forEach((value, i) => {
    if (typeof value === 'string') throw mustBe(`data[${i}]`, 'a number', value);
    if (whole && typeof value === 'number' && !Number.isSafeInteger(value))
      throw mustHold(`data[${i}]`, `a whole number for ${dtype}`, value);
    out[i] = wide ? BigInt(value as number) : Number(value);
    if (whole && BigInt(out[i] as number) !== BigInt(value as number)) throw mustHold(`data[${i}]`, `a number that fits ${dtype}`, value);
  });
  if (dtype === 'bool') checkBooleans(out as unknown as Uint8Array);
  return out as unknown as DTypeMap[DType];
}
