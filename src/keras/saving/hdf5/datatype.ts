/**
 * Element types of datasets and attributes, as far as Keras files have them.
 *
 * HDF5 File Format Specification 3.0, section IV.A.2.d.
 */
import type { StoredDType } from '../array-value.js';
import type { Cursor } from './source.js';

export type Datatype =
  | { readonly kind: 'number'; readonly dtype: StoredDType; readonly bytes: number; readonly bigEndian: boolean }
  /** Text of a fixed size, padded with zeros or spaces. */
  | { readonly kind: 'text'; readonly bytes: number; readonly padding: ' ' | '\0' }
  /** Text of any size: the elements are references into a global heap. */
  | { readonly kind: 'vlen'; readonly bytes: 16 }
  /** Bytes without meaning: h5py keeps `bfloat16` so. */
  | { readonly kind: 'opaque'; readonly bytes: number };

const CLASS_NAMES = ['integer', 'float', 'time', 'string', 'bit field', 'opaque', 'compound', 'reference', 'enumeration', 'vlen', 'array'];

/** Exponent and mantissa bits of the floats that are known. */
const FLOATS: Readonly<Record<string, StoredDType>> = {
  '2/5/10': 'float16',
  '2/8/7': 'bfloat16',
  '4/8/23': 'float32',
  '8/11/52': 'float64',
};

export function readDatatype(cursor: Cursor): Datatype {
  const { source } = cursor;
  const head = cursor.u8();
  const cls = head & 15;
  const bits = cursor.uint(3);
  const bytes = cursor.u32();
  const bigEndian = (bits & 1) !== 0;
  const unsupported = (): never =>
    source.fail(`the element type ${CLASS_NAMES[cls] ?? `of class ${cls}`} of ${bytes} bytes is not supported`);
  switch (cls) {
    case 0: {
      const offset = cursor.u16();
      const precision = cursor.u16();
      if (offset !== 0 || precision !== 8 * bytes || ![1, 2, 4, 8].includes(bytes)) unsupported();
      return { kind: 'number', dtype: `${bits & 8 ? '' : 'u'}int${8 * bytes}` as StoredDType, bytes, bigEndian };
    }
    case 1: {
      const exponent = cursor.skip(5).u8();
      const mantissa = cursor.skip(1).u8();
      const dtype = FLOATS[`${bytes}/${exponent}/${mantissa}`] ?? unsupported();
      // Bit 6 marks the VAX order.
      if (bits & 0x40) unsupported();
      return { kind: 'number', dtype, bytes, bigEndian };
    }
    case 3:
      if (bytes === 0) unsupported();
      return { kind: 'text', bytes, padding: (bits & 15) === 2 ? ' ' : '\0' };
    case 5:
      if (bytes === 0) unsupported();
      return { kind: 'opaque', bytes };
    case 8:
      // h5py's booleans: an enumeration of FALSE and TRUE over bytes.
      if (bytes !== 1 || (bits & 0xffff) !== 2) unsupported();
      return { kind: 'number', dtype: 'bool', bytes, bigEndian: false };
    case 9:
      if ((bits & 15) !== 1 || bytes !== 16) unsupported();
      return { kind: 'vlen', bytes: 16 };
    default:
      return unsupported();
  }
}

/** Sizes of the axes, or `null` for no value at all. */
export function readDataspace(cursor: Cursor): number[] | null {
  const { source } = cursor;
  const found = cursor.u8();
  if (found !== 1 && found !== 2) source.fail(`damaged: a shape has the version ${found}`);
  const rank = cursor.u8();
  if (rank > 32) source.fail(`damaged: a shape has ${rank} axes`);
  const type = cursor.skip(1).u8();
  if (found === 1) cursor.skip(4);
  if (found === 2 && type === 2) return null;
  const shape = Array.from({ length: rank }, () => cursor.size());
  if (!Number.isSafeInteger(shape.reduce((n, size) => n * Math.max(size, 1), 1)))
    source.fail(`damaged: an array has the shape [${shape.join(', ')}]`);
  return shape;
}
