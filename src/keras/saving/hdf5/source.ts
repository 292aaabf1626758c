/** The bytes of an HDF5 file, read with every bound checked. */
import { FileFormatError } from '../../../errors.js';
import type { Budget } from '../limits.js';

/** Names are short in every file that Keras writes; a limit keeps a small file from naming one long string many times. */
const MAX_NAME = 4096;

/** A file's bytes, and what may still be made of them. */
export class Source {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** For the values of arrays and strings. */
  readonly budget: Budget;
  readonly #heaps = new Map<number, ReadonlyMap<number, Uint8Array>>();
  #unclaimed: number;

  constructor(file: string, bytes: Uint8Array, budget: Budget) {
    this.file = file;
    this.bytes = bytes;
    this.#unclaimed = bytes.length;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.budget = budget;
  }

  /** @throws FileFormatError always */
  fail(message: string): never {
    throw new FileFormatError(this.file, message);
  }

  /**
   * Counts the bytes of structures that are walked. Each is walked once, so all of them are no more than the file: else structures
   * overlap or run in circles, and a small file would take forever.
   */
  claim(bytes: number): void {
    this.#unclaimed -= bytes;
    if (!(bytes > 0 && this.#unclaimed >= 0)) this.fail('damaged: its structures overlap or run in circles');
  }

  /** A cursor over `length` bytes (to the end of the file by default) from `address`, for the structure that `what` names. */
  cursor(address: number, what: string, length = this.bytes.length - address): Cursor {
    if (!(address >= 0 && length >= 0 && address + length <= this.bytes.length))
      this.fail(`truncated or damaged: ${what} is said to be at byte ${address}, the file has ${this.bytes.length}`);
    return new Cursor(this, address, address + length, what);
  }

  /** The objects of a global heap collection by number. */
  heapObjects(address: number): ReadonlyMap<number, Uint8Array> {
    const known = this.#heaps.get(address);
    if (known !== undefined) return known;
    const header = this.structure(address, 'GCOL', 'global heap');
    const bytes = header.skip(4).size() - 16;
    this.claim(bytes);
    const collection = header.part(bytes);
    const objects = new Map<number, Uint8Array>();
    while (collection.left >= 16) {
      const index = collection.u16();
      const length = collection.skip(6).size();
      // Object 0 is the free space at the end.
      if (index === 0) break;
      objects.set(index, collection.take(length));
      collection.skip(Math.min(-length & 7, collection.left));
    }
    this.#heaps.set(address, objects);
    return objects;
  }

  /** A cursor after the four letters that begin a structure. */
  structure(address: number, signature: string, what: string): Cursor {
    const cursor = this.cursor(address, what);
    if (cursor.text(4) !== signature) this.fail(`damaged: there is no ${what} at byte ${address}`);
    return cursor;
  }
}

/** Reads little-endian fields one after another. */
export class Cursor {
  readonly source: Source;
  readonly #end: number;
  readonly #what: string;
  #at: number;

  constructor(source: Source, at: number, end: number, what: string) {
    this.source = source;
    this.#at = at;
    this.#end = end;
    this.#what = what;
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.source.view.getUint8(this.#claim(1));
  }

  u16(): number {
    return this.source.view.getUint16(this.#claim(2), true);
  }

  u32(): number {
    return this.source.view.getUint32(this.#claim(4), true);
  }

  /** An unsigned number of `bytes` bytes, at most 8. */
  uint(bytes: number): number {
    const start = this.#claim(bytes);
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + this.source.view.getUint8(start + i);
    if (!Number.isSafeInteger(value)) this.source.fail(`damaged: ${this.#what} has the number ${value}`);
    return value;
  }

  /** A size or count of 8 bytes. */
  size(): number {
    return this.uint(8);
  }

  /** An address, or `null` for "nowhere", which is all ones. */
  address(): number | null {
    const start = this.#at;
    const high = this.skip(4).u32();
    if (high === 0xffffffff && this.source.view.getUint32(start, true) === high) return null;
    this.#at = start;
    return this.uint(8);
  }

  /** An address of something that must be there. */
  target(): number {
    return this.address() ?? this.source.fail(`damaged: ${this.#what} misses an address`);
  }

  take(bytes: number): Uint8Array {
    const start = this.#claim(bytes);
    return this.source.bytes.subarray(start, start + bytes);
  }

  text(bytes: number): string {
    return decode(this.take(bytes));
  }

  /** A name that ends with a zero byte. */
  name(): string {
    const { bytes } = this.source;
    let end = this.#at;
    while (end < this.#end && bytes[end] !== 0)
      if (++end - this.#at > MAX_NAME) this.source.fail(`damaged: a name in ${this.#what} is too long`);
    const name = this.text(end - this.#at);
    if (this.left > 0) this.skip(1);
    return name;
  }

  skip(bytes: number): this {
    this.#claim(bytes);
    return this;
  }

  /** A cursor over the next `bytes` bytes, which are skipped. */
  part(bytes: number): Cursor {
    const start = this.#claim(bytes);
    return new Cursor(this.source, start, start + bytes, this.#what);
  }

  #claim(bytes: number): number {
    const start = this.#at;
    if (!(bytes >= 0 && start + bytes <= this.#end)) this.source.fail(`truncated or damaged: ${this.#what} ends at byte ${this.#end}`);
    this.#at = start + bytes;
    return start;
  }
}

const decoder = new TextDecoder();

/** UTF-8 text up to the first zero byte. */
export function decode(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
