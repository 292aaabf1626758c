/** Protocol buffers, written: https://protobuf.dev/programming-guides/encoding. */

/** A part of a message. */
export type Field = Uint8Array;

const WIRE_VARINT = 0;
const WIRE_BYTES = 2;

function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

const tag = (field: number, wire: number): Uint8Array => varint((field << 3) | wire);

/** Fields one after another. */
export const message = (...fields: readonly Field[]): Uint8Array => new Uint8Array(Buffer.concat(fields));

/** An `int64`, `bool` or enum. */
export const integerField = (field: number, value: number | bigint): Field => message(tag(field, WIRE_VARINT), varint(value));

/** A message, bytes or text. */
export function bytesField(field: number, value: Uint8Array | string): Field {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return message(tag(field, WIRE_BYTES), varint(bytes.length), bytes);
}

/** A map with texts as keys: an entry per field. */
export const mapFields = (field: number, entries: Iterable<readonly [string, Uint8Array]>): Field =>
  message(...Array.from(entries, ([key, value]) => bytesField(field, message(bytesField(1, key), bytesField(2, value)))));
