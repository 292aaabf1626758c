/**
 * The links of a group, in the three ways that HDF5 keeps them: a B-tree of symbol tables (the default of Keras's h5py), messages of the
 * group's header, and a fractal heap (larger groups of files with newer formats).
 *
 * HDF5 File Format Specification 3.0, sections III.A–III.D, IV.A.2.
 */
import { readDense } from './dense.js';
import { MESSAGE, type Message, version } from './object-header.js';
import type { Cursor, Source } from './source.js';

/** Addresses of object headers by name; `null` for soft and external links, which are not followed. */
export type Links = Map<string, number | null>;

/** The links among a header's messages, or `undefined` where the object is no group. */
export function readLinks(source: Source, messages: readonly Message[]): Links | undefined {
  const links: Links = new Map();
  let isGroup = false;
  const add = (name: string, address: number | null): void => {
    if (links.has(name)) source.fail(`damaged: a group has two members ${JSON.stringify(name)}`);
    links.set(name, address);
  };
  for (const { type, open } of messages) {
    if (type === MESSAGE.symbolTable) {
      const cursor = open();
      readSymbolTable(source, cursor.target(), cursor.target(), add);
    } else if (type === MESSAGE.link) readLink(open(), add);
    else if (type === MESSAGE.linkInfo) {
      const cursor = open();
      version(source, cursor.u8(), 0);
      cursor.skip(cursor.u8() & 1 ? 8 : 0);
      const heap = cursor.address();
      const index = cursor.address();
      if (heap !== null && index !== null) readDense(source, heap, index, (object) => readLink(object, add));
    } else continue;
    isGroup = true;
  }
  return isGroup ? links : undefined;
}

type Add = (name: string, address: number | null) => void;

function readLink(cursor: Cursor, add: Add): void {
  version(cursor.source, cursor.u8(), 1);
  const flags = cursor.u8();
  const type = flags & 8 ? cursor.u8() : 0;
  cursor.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
  const name = cursor.text(cursor.uint(1 << (flags & 3)));
  add(name, type === 0 ? cursor.target() : null);
}

function readSymbolTable(source: Source, tree: number, heap: number, add: Add): void {
  const header = source.structure(heap, 'HEAP', 'local heap');
  version(source, header.u8(), 0);
  const bytes = header.skip(3).size();
  const names = header.skip(8).target();
  for (const leaf of treeLeaves(source, tree, 0, (cursor) => cursor.skip(8))) {
    const node = source.structure(leaf.child, 'SNOD', 'symbol table');
    version(source, node.u8(), 1);
    const count = node.skip(1).u16();
    source.claim(8 + 40 * count);
    for (let i = 0; i < count; i++) {
      const entry = node.part(40);
      const offset = entry.size();
      const address = entry.target();
      const isSoft = entry.u32() === 2;
      if (offset > bytes) source.fail('damaged: the name of a member of a group lies outside of its heap');
      add(source.cursor(names, 'a local heap', bytes).skip(offset).name(), isSoft ? null : address);
    }
  }
}

/** A child of a version 1 B-tree's lowest nodes, with what `readKey` made of the key before it. */
export interface TreeLeaf<Key> {
  readonly key: Key;
  readonly child: number;
}

/** The children of the lowest nodes of a version 1 B-tree, in order. */
export function treeLeaves<Key>(source: Source, root: number, type: 0 | 1, readKey: (cursor: Cursor) => Key): TreeLeaf<Key>[] {
  const leaves: TreeLeaf<Key>[] = [];
  const visit = (address: number, level: number | undefined): void => {
    const node = source.structure(address, 'TREE', 'B-tree node');
    const found = node.u8();
    const own = node.u8();
    if (found !== type || own !== (level ?? own)) source.fail(`damaged: the B-tree node at byte ${address} is of the wrong kind`);
    const count = node.u16();
    source.claim(24 + 16 * count);
    node.skip(16);
    for (let i = 0; i < count; i++) {
      const key = readKey(node);
      const child = node.target();
      if (own > 0) visit(child, own - 1);
      else leaves.push({ key, child });
    }
  };
  visit(root, undefined);
  return leaves;
}
