/**
 * `.keras` archives, of Keras 2 and 3: a zip of `config.json`, `metadata.json`, `model.weights.h5` and, where layers have vocabularies,
 * `assets/…` (keras/src/saving/saving_lib.py).
 *
 * An archive is hostile input: names, offsets, sizes and checksums are all checked, nothing is allocated before it is known to fit the
 * limits, and nothing is written to the disk.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { FileFormatError, ValueError } from '../../errors.js';
import { isDictionary } from '../../tree.js';
import { parseJson } from './json.js';
import { Budget } from './limits.js';

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';
const ASSETS = 'assets/';

/** What a `.keras` archive holds. */
export interface KerasArchive {
  /** The model's serialized form, as it is in the file: see `modelConfig`. */
  readonly config: unknown;
  /** `keras_version`, `date_saved`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The HDF5 file with the weights: see `openHdf5`. */
  readonly weights: Uint8Array;
  /** Files that belong to layers, by path without `assets/`: `layers/string_lookup/vocabulary.txt`. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads a `.keras` archive.
 *
 * @param file The file's name, for messages.
 * @throws FileFormatError naming the file and the member, for anything that is no sound archive or unpacks to more than the budget allows
 */
export function readArchive(bytes: Uint8Array, file: string, budget = new Budget(file, bytes.length)): KerasArchive {
  const members = directory(bytes, file);
  const read = (name: string): Uint8Array => {
    const member = members.get(name);
    if (member === undefined) throw new FileFormatError(file, `the archive has no member ${name}; it has ${list(members)}`);
    return unpack(bytes, file, member, budget);
  };
  if (!members.has(WEIGHTS) && members.has('model.weights.npz'))
    throw new FileFormatError(file, 'the weights are in model.weights.npz: save the model with weights_format="h5"');
  const config = parseJson(read(CONFIG), file, CONFIG);
  const metadata = members.has(METADATA) ? parseJson(read(METADATA), file, METADATA) : {};
  if (!isDictionary(metadata)) throw new FileFormatError(file, `${METADATA} must be an object`);
  const weights = read(WEIGHTS);
  // Folders have members of their own, which end with a slash.
  const assets = [...members.keys()].filter((name) => name.startsWith(ASSETS) && !name.endsWith('/'));
  return { config, metadata, weights, assets: new Map(assets.map((name) => [name.slice(ASSETS.length), read(name)])) };
}

/**
 * Writes a `.keras` archive as Keras does: members are stored, not compressed. Equal contents give equal bytes.
 *
 * @throws ValueError for a number in `config` or `metadata` that JSON cannot hold
 */
export function writeArchive({ config, metadata, weights, assets }: KerasArchive): Uint8Array {
  const members: Record<string, Uint8Array> = { [METADATA]: json(METADATA, metadata), [CONFIG]: json(CONFIG, config), [WEIGHTS]: weights };
  for (const [name, content] of assets) members[ASSETS + name] = content;
  // The earliest date that a zip can hold: the date of saving is in the metadata.
  return zipSync(members, { level: 0, mtime: new Date(1980, 0, 1) });
}

function json(member: string, value: unknown): Uint8Array {
  const text = JSON.stringify(value, (key, v: unknown) => {
    if (typeof v === 'number' && !Number.isFinite(v))
      throw new ValueError(`\`${key}\` in ${member} must be a finite number, received ${v}`);
    return v;
  });
  return new TextEncoder().encode(text);
}

/** A member as the archive's directory describes it. */
interface Member {
  readonly name: string;
  readonly compressed: boolean;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly headerOffset: number;
  /** Where the directory begins, and members end. */
  readonly limit: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;

/** All members by name, from the directory at the archive's end (APPNOTE.TXT 4.3.12–4.3.16). */
function directory(bytes: Uint8Array, file: string): Map<string, Member> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) throw new FileFormatError(file, 'not a zip archive, or truncated: it has no end-of-directory record');
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff)
    throw new FileFormatError(file, 'zip64 archives (4 GiB and more) are not supported');
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count)
    throw new FileFormatError(file, 'the archive is one of several parts, or damaged');
  if (start + size > end) throw new FileFormatError(file, 'the directory of the archive lies outside of the file');

  const members = new Map<string, Member>();
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > start + size || view.getUint32(at, true) !== ENTRY)
      throw new FileFormatError(file, `the directory of the archive is damaged at member ${i}`);
    const nameBytes = view.getUint16(at + 28, true);
    const next = at + ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > start + size) throw new FileFormatError(file, `the directory of the archive is truncated at member ${i}`);
    const name = new TextDecoder().decode(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes));
    if (!isSafeName(name)) throw new FileFormatError(file, `the name of member ${JSON.stringify(name)} leads out of the archive`);
    if (members.has(name)) throw new FileFormatError(file, `the archive has two members ${name}`);
    const method = view.getUint16(at + 10, true);
    if (method !== 0 && method !== 8) throw new FileFormatError(file, `${name} is compressed by the unsupported method ${method}`);
    if (view.getUint16(at + 8, true) & 1) throw new FileFormatError(file, `${name} is encrypted`);
    members.set(name, {
      name,
      compressed: method === 8,
      crc: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      bytes: view.getUint32(at + 24, true),
      headerOffset: view.getUint32(at + 42, true),
      limit: start,
    });
    at = next;
  }
  return members;
}

/** The last record whose comment ends with the file. */
function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END_BYTES - 0xffff);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  return undefined;
}

/** Whether a member's or file's name stays below the folder that it is relative to. */
export function isSafeName(name: string): boolean {
  const parts = name.split('/');
  return parts[0] !== '' && !parts.includes('..') && !parts.includes('.') && !/[\\:\0]/.test(name);
}

function unpack(bytes: Uint8Array, file: string, member: Member, budget: Budget): Uint8Array {
  const { name, headerOffset, packedBytes, limit } = member;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (headerOffset + LOCAL_BYTES > limit || view.getUint32(headerOffset, true) !== LOCAL)
    throw new FileFormatError(file, `${name} is not where the directory of the archive says`);
  const start = headerOffset + LOCAL_BYTES + view.getUint16(headerOffset + 26, true) + view.getUint16(headerOffset + 28, true);
  if (start + packedBytes > limit) throw new FileFormatError(file, `${name} is truncated`);
  budget.take(member.bytes, name);
  const content = inflate(bytes.subarray(start, start + packedBytes), file, member);
  if (content.length !== member.bytes)
    throw new FileFormatError(file, `${name} unpacks to ${content.length} bytes, its header says ${member.bytes}`);
  if (crc32(content) !== member.crc) throw new FileFormatError(file, `${name} is damaged: its checksum does not match`);
  return content;
}

function inflate(packed: Uint8Array, file: string, { name, compressed, bytes }: Member): Uint8Array {
  if (!compressed) return packed;
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(bytes, 1) });
  } catch (cause) {
    throw new FileFormatError(file, `${name} cannot be decompressed: ${(cause as Error).message}`, { cause });
  }
}

const list = (members: ReadonlyMap<string, unknown>): string => [...members.keys()].slice(0, 8).join(', ') || 'none';
