/**
 * Files of plain values with tensors: a JSON head that describes the value, then the tensors' bytes, each at a multiple of 64.
 *
 * Layout: the 8 bytes `FEDKERAS`, the length of the head (`uint32`), the CRC-32 of everything after it (`uint32`), the head, the tensors.
 */
import { crc32 } from 'node:zlib';
import { arrayClass, type DType, dtypeBytes, isDType, type NumericDType } from '../dtype.js';
import { FileFormatError } from '../errors.js';
import { sizeOf, Tensor } from '../tensor.js';
import { isDictionary } from '../tree.js';
import { mustBe } from '../validate.js';

/** What can be saved: nested lists and dictionaries of tensors, numbers, texts, booleans and `null`. */
export type SavedValue = Tensor | number | string | boolean | null | readonly SavedValue[] | { readonly [key: string]: SavedValue };

const MAGIC = 'FEDKERAS';
const START = 16;
const align = (offset: number): number => Math.ceil(offset / 64) * 64;

type Head = { tensors: { dtype: string; shape: number[]; offset: number }[]; value: unknown };

/** The bytes of a value. @throws TypeError for something that cannot be saved, naming its place */
export function encodeState(value: unknown): Uint8Array {
  const tensors: Tensor[] = [];
  const encode = (v: unknown, path: string): unknown => {
    if (v instanceof Tensor) {
      if (v.dtype === 'string') throw mustBe(path, 'a tensor of numbers', String(v));
      return { $tensor: tensors.push(v) - 1 };
    }
    if (v === null || typeof v === 'string' || typeof v === 'boolean' || (typeof v === 'number' && Number.isFinite(v))) return v;
    if (Array.isArray(v)) return v.map((child, i) => encode(child, `${path}[${i}]`));
    if (isDictionary(v)) return Object.fromEntries(Object.entries(v).map(([key, child]) => [`_${key}`, encode(child, `${path}.${key}`)]));
    throw mustBe(path, 'a tensor, a finite number, a text, a boolean, null, or a list or dictionary of them', v);
  };
  const encoded = encode(value, 'state');
  let offset = 0;
  const table = tensors.map((t) => {
    const at = offset;
    offset = align(offset + sizeOf(t.shape) * dtypeBytes(t.dtype));
    return { dtype: t.dtype, shape: [...t.shape], offset: at };
  });
  const head = new TextEncoder().encode(JSON.stringify({ tensors: table, value: encoded } satisfies Head));
  const data = align(START + head.length);
  const bytes = new Uint8Array(data + offset);
  bytes.set(new TextEncoder().encode(MAGIC));
  bytes.set(head, START);
  tensors.forEach((t, i) => {
    const { buffer, byteOffset, byteLength } = t.data as Float32Array;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), data + (table[i]?.offset ?? 0));
  });
  const view = new DataView(bytes.buffer);
  view.setUint32(8, head.length, true);
  view.setUint32(12, crc32(bytes.subarray(START)), true);
  return bytes;
}

/** The value of a file's bytes. @throws FileFormatError for anything that `encodeState` has not made */
export function decodeState(bytes: Uint8Array, file: string): SavedValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < START || new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC)
    throw new FileFormatError(file, 'not a state of fedkeras');
  const length = view.getUint32(8, true);
  if (view.getUint32(12, true) !== crc32(bytes.subarray(START)) || START + length > bytes.length)
    throw new FileFormatError(file, 'the file is damaged or incomplete');
  let head: Head;
  try {
    head = JSON.parse(new TextDecoder().decode(bytes.subarray(START, START + length))) as Head;
  } catch (error) {
    throw new FileFormatError(file, 'its head is no JSON', { cause: error });
  }
  const data = align(START + length);
  if (!isDictionary(head) || !Array.isArray(head.tensors)) throw new FileFormatError(file, 'its head is no state');
  const tensors = head.tensors.map((described: unknown) => {
    const { dtype, shape, offset } = (isDictionary(described) ? described : {}) as Head['tensors'][number];
    if (!isDType(dtype) || dtype === 'string' || !Array.isArray(shape) || !shape.every((s) => Number.isSafeInteger(s) && s >= 0))
      throw new FileFormatError(file, 'a tensor is described wrongly');
    const size = sizeOf(shape) * dtypeBytes(dtype);
    if (!Number.isSafeInteger(offset) || offset < 0 || data + offset + size > bytes.length)
      throw new FileFormatError(file, 'a tensor lies outside of the file');
    // A copy of these bytes alone: `slice` of a Buffer would be a view of the whole file.
    const start = bytes.byteOffset + data + offset;
    const own = bytes.buffer.slice(start, start + size) as ArrayBuffer;
    return new Tensor(dtype as DType, shape, new (arrayClass(dtype as NumericDType))(own));
  });
  const decode = (v: unknown): SavedValue => {
    if (Array.isArray(v)) return v.map(decode);
    if (!isDictionary(v)) return v as SavedValue;
    if ('$tensor' in v) {
      const t = Number.isInteger(v.$tensor) ? tensors[v.$tensor as number] : undefined;
      if (t === undefined) throw new FileFormatError(file, 'a tensor is missing');
      return t;
    }
    return Object.fromEntries(Object.entries(v).map(([key, child]) => [key.slice(1), decode(child)]));
  };
  return decode(head.value);
}
