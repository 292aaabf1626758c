/** Vectors of whole numbers modulo 2^bits, and the key streams that mask them. */
import { createCipheriv } from 'node:crypto';
import { mustBe, mustHold } from '../validate.js';

/** Up to 32 bits in one word, more in two (low, high); numbers of either sign are taken modulo 2^bits. */
export type Vector = Int32Array | Uint32Array | BigInt64Array | BigUint64Array;

const CHUNK_BYTES = 1 << 16;
const ZEROS = new Uint8Array(CHUNK_BYTES);

export const wordsOf = (bits: number): number => (bits <= 32 ? 1 : 2);

/** The words of a client's vector: a copy. @throws TypeError for another kind, ValueError for another length */
export function wordsOfVector(value: Vector, length: number, bits: number): Uint32Array {
  const isNarrow = value instanceof Int32Array || value instanceof Uint32Array;
  const isWide = value instanceof BigInt64Array || value instanceof BigUint64Array;
  if (bits <= 32 ? !isNarrow : !isWide)
    throw mustBe('value', bits <= 32 ? 'an Int32Array or Uint32Array' : 'a BigInt64Array or BigUint64Array', value);
  if (value.length !== length) throw mustHold('value', `of length ${length}`, value.length);
  return new Uint32Array(value.buffer, value.byteOffset, length * wordsOf(bits)).slice();
}

/** `total += sign · part`, modulo 2^32 or 2^64, from word `offset` of `total` on. */
export function addWords(total: Uint32Array, part: Uint32Array, sign: 1 | -1, words: number, offset = 0): void {
  if (words === 1) {
    for (let i = 0; i < part.length; i++) total[offset + i] = (total[offset + i] as number) + sign * (part[i] as number);
    return;
  }
  for (let i = 0; i < part.length; i += 2) {
    const low = (total[offset + i] as number) + sign * (part[i] as number);
    total[offset + i] = low;
    total[offset + i + 1] = (total[offset + i + 1] as number) + sign * (part[i + 1] as number) + Math.floor(low / 2 ** 32);
  }
}

/** Adds the AES-256-CTR key stream of a key that masks nothing else, in pieces of 64 KiB. */
export function addMask(total: Uint32Array, key: Uint8Array, sign: 1 | -1, words: number): void {
  const cipher = createCipheriv('aes-256-ctr', key, new Uint8Array(16));
  for (let at = 0; at < total.byteLength; at += CHUNK_BYTES) {
    const stream = cipher.update(ZEROS.subarray(0, Math.min(CHUNK_BYTES, total.byteLength - at)));
    const aligned = stream.byteOffset % 4 === 0 ? stream : new Uint8Array(stream);
    addWords(total, new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4), sign, words, at / 4);
  }
}

/** Takes every number modulo 2^bits. */
export function reduce(total: Uint32Array, bits: number): void {
  const words = wordsOf(bits);
  if (bits === 32 * words) return;
  const keep = 2 ** (bits - 32 * (words - 1)) - 1;
  for (let i = words - 1; i < total.length; i += words) total[i] = (total[i] as number) & keep;
}
