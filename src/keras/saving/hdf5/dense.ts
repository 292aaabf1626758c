/**
 * Fractal heaps with a version 2 B-tree as their index: where newer formats keep the links and attributes of an object that has many.
 *
 * HDF5 File Format Specification 3.0, sections III.A.2 and III.G.
 */
import { version } from './object-header.js';
import type { Cursor, Source } from './source.js';

/** Calls `found` with a cursor over every object that the index at `index` lists of the heap at `heap`. */
export function readDense(source: Source, heap: number, index: number, found: (object: Cursor) => void): void {
  const read = openHeap(source, heap);
  for (const record of treeRecords(source, index)) found(read(record));
}

/** Byte sizes that HDF5 derives from a largest value. */
const bytesFor = (largest: number): number => Math.floor(Math.log2(Math.max(largest, 1)) / 8) + 1;

const LINK_NAMES = 5;
const ATTRIBUTE_NAMES = 8;

/** The heap IDs in a version 2 B-tree of links or attributes by name, each as a cursor. */
function treeRecords(source: Source, address: number): Cursor[] {
  const header = source.structure(address, 'BTHD', 'B-tree');
  version(source, header.u8(), 0);
  const type = header.u8();
  if (type !== LINK_NAMES && type !== ATTRIBUTE_NAMES) source.fail(`damaged: the B-tree at byte ${address} holds records of type ${type}`);
  const nodeBytes = header.u32();
  const recordBytes = header.u16();
  const depth = header.u16();
  const root = header.skip(2).address();
  const rootRecords = header.u16();
  if (recordBytes === 0 || depth > 16) source.fail(`damaged: the B-tree at byte ${address} is malformed`);
  // A pointer to a child holds two counts, as wide as the largest node below needs them.
  const countBytes = bytesFor(Math.floor((nodeBytes - 10) / recordBytes));
  const totalBytes = [0];
  let most = Math.floor((nodeBytes - 10) / recordBytes);
  for (let level = 1; level <= depth; level++) {
    const pointer = 8 + countBytes + (totalBytes[level - 1] as number);
    const records = Math.floor((nodeBytes - 10 - pointer) / (recordBytes + pointer));
    most = (records + 1) * most + records;
    totalBytes.push(bytesFor(most));
  }

  const records: Cursor[] = [];
  const visit = (at: number, count: number, level: number): void => {
    source.claim(6 + recordBytes * count);
    const node = source.structure(at, level > 0 ? 'BTIN' : 'BTLF', 'B-tree node').skip(2);
    for (let i = 0; i < count; i++) {
      const record = node.part(recordBytes);
      // The index by link names has a hash before the ID.
      records.push(type === LINK_NAMES ? record.skip(4) : record);
    }
    for (let i = 0; level > 0 && i <= count; i++) {
      const child = node.target();
      const childCount = node.uint(countBytes);
      node.skip(totalBytes[level - 1] as number);
      visit(child, childCount, level - 1);
    }
  };
  if (root !== null) visit(root, rootRecords, depth);
  return records;
}

/** How a fractal heap finds the object of an ID. */
function openHeap(source: Source, address: number): (id: Cursor) => Cursor {
  const header = source.structure(address, 'FRHP', 'fractal heap');
  version(source, header.u8(), 0);
  header.skip(2);
  if (header.u16() !== 0) source.fail('the members of a group are compressed, which is not supported');
  header.skip(1);
  const maxObject = header.u32();
  header.skip(12 * 8);
  const width = header.u16();
  const startBytes = header.size();
  const maxDirect = header.size();
  const offsetBytes = Math.ceil(header.u16() / 8);
  const root = header.skip(2).target();
  const rootRows = header.u16();
  if (!isPowerOfTwo(width) || !isPowerOfTwo(startBytes) || !isPowerOfTwo(maxDirect) || offsetBytes > 8 || maxDirect < startBytes)
    source.fail(`damaged: the fractal heap at byte ${address} is malformed`);
  const lengthBytes = Math.min(Math.ceil(Math.log2(maxDirect) / 8), Math.floor((Math.log2(Math.max(maxObject, 1)) + 7) / 8));
  const directRows = Math.log2(maxDirect / startBytes) + 2;
  const rowBytes = (row: number): number => startBytes * 2 ** Math.max(row - 1, 0);

  /** The direct block with the byte `offset` of the heap, and the offset within it. */
  const locate = (offset: number): { block: number; within: number } => {
    let block = root;
    let within = offset;
    for (let rows = rootRows; rows > 0; ) {
      let row = 0;
      while (row < rows && within >= width * rowBytes(row)) within -= width * rowBytes(row++);
      if (row >= rows) source.fail('damaged: an object lies outside of its fractal heap');
      const column = Math.floor(within / rowBytes(row));
      within -= column * rowBytes(row);
      const entry = source.structure(block, 'FHIB', 'block of a fractal heap').skip(1 + 8 + offsetBytes);
      block = entry.skip(8 * (row * width + column)).target();
      // A child below the rows of direct blocks is indirect, and has rows for as many bytes as its place.
      rows = row < directRows ? 0 : Math.log2(rowBytes(row) / (startBytes * width)) + 1;
    }
    return { block, within };
  };

  return (id) => {
    const kind = (id.u8() >> 4) & 3;
    if (kind !== 0) source.fail('a member of a group is kept in a way (a huge or tiny object) that is not supported');
    const { block, within } = locate(id.uint(offsetBytes));
    const length = id.uint(lengthBytes);
    source.structure(block, 'FHDB', 'block of a fractal heap');
    return source.cursor(block + within, 'an object of a fractal heap', length);
  };
}

const isPowerOfTwo = (n: number): boolean => n > 0 && Number.isInteger(Math.log2(n));
