/**
 * Where a dataset's bytes are: in its header, in one piece, or in chunks that filters may have compressed.
 *
 * HDF5 File Format Specification 3.0, sections IV.A.2.i and IV.A.2.l.
 */
import { inflateSync } from 'node:zlib';
import { elements } from '../array-value.js';
import { treeLeaves } from './links.js';
import { version } from './object-header.js';
import type { Cursor, Source } from './source.js';

export type Layout =
  | { readonly kind: 'compact'; readonly data: Uint8Array }
  | { readonly kind: 'contiguous'; readonly address: number | null }
  | { readonly kind: 'chunked'; readonly size: readonly number[]; readonly chunks: readonly Chunk[] };

interface Chunk {
  readonly address: number;
  readonly packedBytes: number;
  /** A bit for each filter that was left out. */
  readonly skipped: number;
  /** The first element's place in the array. */
  readonly offsets: readonly number[];
}

export function readLayout(cursor: Cursor): Layout {
  const { source } = cursor;
  const found = cursor.u8();
  if (found === 1 || found === 2) {
    const rank = cursor.u8();
    const cls = cursor.u8();
    cursor.skip(5);
    const address = cls === 0 ? null : cursor.address();
    const sizes = Array.from({ length: rank }, () => cursor.u32());
    if (cls === 0) return { kind: 'compact', data: cursor.take(cursor.u32()) };
    if (cls === 1) return { kind: 'contiguous', address };
    return chunked(source, address, sizes);
  }
  version(source, found, 3, 4, 5);
  const cls = cursor.u8();
  if (cls === 0) return { kind: 'compact', data: cursor.take(cursor.u16()) };
  if (cls === 1) return { kind: 'contiguous', address: cursor.address() };
  if (cls !== 2) return source.fail('virtual datasets, whose values are in other files, are not supported');
  if (found > 3) return source.fail('chunks with an index of HDF5 1.10 or newer are not supported: write the file with libver="v108"');
  const rank = cursor.u8();
  const tree = cursor.address();
  return chunked(
    source,
    tree,
    Array.from({ length: rank }, () => cursor.u32()),
  );
}

/** @param sizes The chunks' sizes and, last, that of an element. */
function chunked(source: Source, tree: number | null, sizes: readonly number[]): Layout {
  const size = sizes.slice(0, -1);
  if (size.length === 0 || size.includes(0)) source.fail(`damaged: chunks have the shape [${size.join(', ')}]`);
  const readKey = (key: Cursor): Omit<Chunk, 'address'> => {
    const packedBytes = key.u32();
    const skipped = key.u32();
    const offsets = size.map(() => key.size());
    key.skip(8);
    return { packedBytes, skipped, offsets };
  };
  const leaves = tree === null ? [] : treeLeaves(source, tree, 1, readKey);
  return { kind: 'chunked', size, chunks: leaves.map(({ key, child }) => ({ ...key, address: child })) };
}

/** A step that was applied to every chunk, with its parameters. */
export interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
// As the HDF5 library has it: each goes over all bytes again.
const MAX_FILTERS = 32;

export function readFilters(cursor: Cursor): Filter[] {
  const found = cursor.u8();
  version(cursor.source, found, 1, 2);
  const count = cursor.u8();
  if (count > MAX_FILTERS) cursor.source.fail(`damaged: a dataset has ${count} filters`);
  if (found === 1) cursor.skip(6);
  return Array.from({ length: count }, () => {
    const id = cursor.u16();
    const nameBytes = found === 1 || id >= 256 ? cursor.u16() : 0;
    const valueCount = cursor.skip(2).u16();
    cursor.skip(found === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    const values = Array.from({ length: valueCount }, () => cursor.u32());
    if (found === 1 && valueCount % 2 === 1) cursor.skip(4);
    return { id, values };
  });
}

/** All bytes of a dataset in row-major order. The caller has claimed their memory. */
export function readStorage(
  source: Source,
  layout: Layout,
  filters: readonly Filter[],
  shape: readonly number[],
  elementBytes: number,
  path: string,
): Uint8Array {
  const bytes = elements(shape) * elementBytes;
  if (bytes === 0) return new Uint8Array(0);
  const missing = (): never => source.fail(`${path}: the file has no values for all of the shape [${shape.join(', ')}]`);
  switch (layout.kind) {
    case 'compact':
      return layout.data.length === bytes ? layout.data : missing();
    case 'contiguous':
      return source.cursor(layout.address ?? missing(), `the data of ${path}`, bytes).take(bytes);
    default:
      return readChunks(source, layout, filters, shape, elementBytes, path);
  }
}

function readChunks(
  source: Source,
  { size, chunks }: Extract<Layout, { kind: 'chunked' }>,
  filters: readonly Filter[],
  shape: readonly number[],
  elementBytes: number,
  path: string,
): Uint8Array {
  const chunkBytes = elements(size) * elementBytes;
  if (size.length !== shape.length || !Number.isSafeInteger(chunkBytes)) source.fail(`${path}: its chunks are damaged`);
  const wanted = elements(shape.map((n, axis) => Math.ceil(n / (size[axis] as number))));
  // A chunk that is missing stands for a fill value, a few bytes for any size, which Keras never writes.
  if (chunks.length !== wanted)
    source.fail(`${path}: the file has ${chunks.length} of the ${wanted} chunks of the shape [${shape.join(', ')}]`);
  const out = new Uint8Array(elements(shape) * elementBytes);
  const seen = new Set<string>();
  for (const { address, packedBytes, skipped, offsets } of chunks) {
    const fits = offsets.every((offset, axis) => offset < (shape[axis] as number) && offset % (size[axis] as number) === 0);
    if (!fits || seen.has(offsets.join())) source.fail(`${path}: its chunks are damaged`);
    seen.add(offsets.join());
    source.budget.take(chunkBytes, `a chunk of ${path}`);
    const packed = source.cursor(address, `a chunk of ${path}`, packedBytes).take(packedBytes);
    const data = undoFilters(source, packed, filters, skipped, chunkBytes, path);
    if (data.length !== chunkBytes) source.fail(`${path}: a chunk has ${data.length} bytes instead of ${chunkBytes}`);
    place(data, size, out, shape, offsets, elementBytes);
  }
  return out;
}

function undoFilters(
  source: Source,
  packed: Uint8Array,
  filters: readonly Filter[],
  skipped: number,
  bytes: number,
  path: string,
): Uint8Array {
  let data = packed;
  for (let i = filters.length - 1; i >= 0; i--) {
    const { id, values } = filters[i] as Filter;
    if (skipped & (1 << i)) continue;
    if (id === DEFLATE) {
      try {
        // Other filters may have made the data larger before it was compressed, but never by much.
        data = inflateSync(data, { maxOutputLength: bytes + 64 });
      } catch (cause) {
        source.fail(`${path}: a chunk cannot be decompressed: ${(cause as Error).message}`);
      }
    } else if (id === SHUFFLE) data = unshuffled(data, values[0] ?? 1);
    else if (id === FLETCHER32) data = data.subarray(0, Math.max(data.length - 4, 0));
    else source.fail(`${path}: the filter ${id} is not supported, only gzip, shuffle and fletcher32 are`);
  }
  return data;
}

/** Puts the bytes of each element, which shuffling had sorted by their place, together again. */
function unshuffled(data: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(data.length / Math.max(elementBytes, 1));
  const out = new Uint8Array(data);
  for (let b = 0; b < elementBytes && count > 0; b++)
    for (let i = 0; i < count; i++) out[i * elementBytes + b] = data[b * count + i] as number;
  return out;
}

/** Copies a chunk to its place, row by row; what reaches over the edge of the array is dropped. */
function place(
  data: Uint8Array,
  chunk: readonly number[],
  out: Uint8Array,
  shape: readonly number[],
  offsets: readonly number[],
  elementBytes: number,
): void {
  const rank = shape.length;
  const inside = shape.map((size, axis) => Math.min(chunk[axis] as number, size - (offsets[axis] as number)));
  const rowElements = inside[rank - 1] as number;
  const rows = elements(inside.slice(0, -1));
  for (let row = 0; row < rows; row++) {
    let rest = row;
    let from = 0;
    let to = offsets[rank - 1] as number;
    let fromStride = chunk[rank - 1] as number;
    let toStride = shape[rank - 1] as number;
    for (let axis = rank - 2; axis >= 0; axis--) {
      const index = rest % (inside[axis] as number);
      rest = Math.floor(rest / (inside[axis] as number));
      from += index * fromStride;
      to += (index + (offsets[axis] as number)) * toStride;
      fromStride *= chunk[axis] as number;
      toStride *= shape[axis] as number;
    }
    out.set(data.subarray(from * elementBytes, (from + rowElements) * elementBytes), to * elementBytes);
  }
}
