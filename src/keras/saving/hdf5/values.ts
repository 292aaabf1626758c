/** From bytes to values: what datasets and attributes share. */
import { type ArrayValue, decodeArray, elements } from '../array-value.js';
import type { Datatype } from './datatype.js';
import { decode, type Source } from './source.js';

/** What a text takes in memory besides its characters. */
const TEXT_BYTES = 64;

/** The array in `raw`, which holds exactly the elements of `shape`. */
export function readValues(source: Source, raw: Uint8Array, type: Datatype, shape: readonly number[]): ArrayValue {
  if (type.kind === 'number') return decodeArray(type.bigEndian ? swapped(raw, type.bytes) : raw, type.dtype, shape);
  if (type.kind === 'opaque') {
    // In Keras files, two bytes without meaning are bfloat16 (`H5IOStore.__getitem__`).
    if (type.bytes !== 2) source.fail(`elements of ${type.bytes} bytes without a type are not supported`);
    return decodeArray(raw, 'bfloat16', shape);
  }
  source.budget.take(elements(shape) * TEXT_BYTES, 'a list of texts');
  const texts = Array.from({ length: elements(shape) }, (_, i) => {
    const part = raw.subarray(i * type.bytes, (i + 1) * type.bytes);
    return type.kind === 'vlen' ? heapText(source, part) : fixedText(part, type.padding);
  });
  return { dtype: 'string', shape, data: texts };
}

const fixedText = (bytes: Uint8Array, padding: string): string => (padding === ' ' ? decode(bytes).replace(/ +$/, '') : decode(bytes));

function swapped(raw: Uint8Array, bytes: number): Uint8Array {
  const out = new Uint8Array(raw);
  for (let i = 0; i < out.length; i += bytes) out.subarray(i, i + bytes).reverse();
  return out;
}

/** Text in a global heap, from its reference: length, address of the collection, number of the object (section III.E). */
function heapText(source: Source, reference: Uint8Array): string {
  const view = new DataView(reference.buffer, reference.byteOffset, reference.byteLength);
  const length = view.getUint32(0, true);
  const low = view.getUint32(4, true);
  const high = view.getUint32(8, true);
  const index = view.getUint32(12, true);
  if (length === 0) return '';
  const object = source.heapObjects(high * 2 ** 32 + low).get(index);
  if (object === undefined || object.length < length) source.fail('damaged: a text is missing in its heap');
  source.budget.take(length, 'a text');
  return decode(object.subarray(0, length));
}
