/** Element types, by Keras's names, with libtensorflow's numbers (`TF_DataType`, tensorflow/c/tf_datatype.h). */

/** The typed array that holds each element type; the 16-bit floats are kept as raw bits, strings as JavaScript strings. */
export interface DTypeMap {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  string: string[];
}

export type DType = keyof DTypeMap;
export type NumericDType = Exclude<DType, 'string'>;
export type NumericArray = DTypeMap[NumericDType];

interface DTypeInfo {
  readonly number: number;
  readonly bytes: number;
  readonly array: { new (length: number): NumericArray; new (buffer: ArrayBuffer): NumericArray } | null;
  readonly floating: boolean;
}

const info = (number: number, bytes: number, array: DTypeInfo['array'], floating = false): DTypeInfo => ({
  number,
  bytes,
  array,
  floating,
});

const TABLE: Readonly<Record<DType, DTypeInfo>> = {
  float32: info(1, 4, Float32Array, true),
  float64: info(2, 8, Float64Array, true),
  int32: info(3, 4, Int32Array),
  uint8: info(4, 1, Uint8Array),
  int16: info(5, 2, Int16Array),
  int8: info(6, 1, Int8Array),
  string: info(7, 0, null),
  int64: info(9, 8, BigInt64Array),
  bool: info(10, 1, Uint8Array),
  bfloat16: info(14, 2, Uint16Array, true),
  uint16: info(17, 2, Uint16Array),
  float16: info(19, 2, Uint16Array, true),
  uint32: info(22, 4, Uint32Array),
  uint64: info(23, 8, BigUint64Array),
};

const BY_NUMBER = new Map(Object.entries(TABLE).map(([name, { number }]) => [number, name as DType]));

/** Every element type's name. */
export const DTYPES = Object.keys(TABLE) as readonly DType[];

export const isDType = (value: unknown): value is DType => typeof value === 'string' && Object.hasOwn(TABLE, value);
/** libtensorflow's number of an element type: what a `type` attribute of an op takes. */
export const dtypeNumber = (dtype: DType): number => TABLE[dtype].number;
/** Bytes per element; 0 for strings. */
export const dtypeBytes = (dtype: DType): number => TABLE[dtype].bytes;
export const isFloating = (dtype: DType): boolean => TABLE[dtype].floating;
export const isInteger = (dtype: DType): boolean => /^u?int/.test(dtype);

/** The name of libtensorflow's number; other types than ours (resources, variants, quantised) have none. */
export function dtypeName(number: number): DType | undefined {
  return BY_NUMBER.get(number);
}

/** The typed array class of a numeric element type. */
export function arrayClass<D extends NumericDType>(
  dtype: D,
): { new (length: number): DTypeMap[D]; new (buffer: ArrayBuffer): DTypeMap[D] } {
  return TABLE[dtype].array as unknown as { new (length: number): DTypeMap[D]; new (buffer: ArrayBuffer): DTypeMap[D] };
}

/** The largest `float32`. */
export const MAX_FLOAT32 = 3.4028234663852886e38;
