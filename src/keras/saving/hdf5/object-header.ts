/**
 * Object headers: what a group or dataset consists of, as a list of messages.
 *
 * HDF5 File Format Specification 3.0, section IV.A.
 */
import type { Cursor, Source } from './source.js';

/** Types of messages that are read here. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  modificationTime: 0x12,
  attributeInfo: 0x15,
} as const;

export interface Message {
  readonly type: number;
  /** Makes a cursor over the message's body. */
  readonly open: () => Cursor;
}

interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** All messages of the object at `address`, those of continuation blocks included. */
export function readHeader(source: Source, address: number): Message[] {
  const start = source.cursor(address, 'an object header');
  const isNew = source.bytes[address] === 0x4f;
  const messages: Message[] = [];
  const blocks: Block[] = [];
  let hasOrder = false;
  if (isNew) {
    const cursor = source.structure(address, 'OHDR', 'object header');
    version(source, cursor.u8(), 2);
    const flags = cursor.u8();
    cursor.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0));
    const bytes = cursor.uint(1 << (flags & 3));
    hasOrder = (flags & 4) !== 0;
    blocks.push({ address: cursor.at, bytes });
  } else {
    version(source, start.u8(), 1);
    // After the prefix, messages begin at a multiple of 8.
    const bytes = start.skip(7).u32();
    blocks.push({ address: address + 16, bytes });
  }
  for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
    source.claim(block.bytes);
    readBlock(source.cursor(block.address, 'a block of an object header', block.bytes), isNew, hasOrder, messages, blocks);
  }
  return messages;
}

function readBlock(cursor: Cursor, isNew: boolean, hasOrder: boolean, messages: Message[], blocks: Block[]): void {
  const { source } = cursor;
  const prefix = isNew ? (hasOrder ? 6 : 4) : 8;
  // Less than a message's prefix at the end of a block is a gap.
  while (cursor.left >= prefix) {
    const type = isNew ? cursor.u8() : cursor.u16();
    const bytes = cursor.u16();
    const flags = cursor.u8();
    cursor.skip(isNew ? (hasOrder ? 2 : 0) : 3);
    const address = cursor.skip(bytes).at - bytes;
    const open = (): Cursor => {
      if (flags & 2) source.fail('the object refers to a shared message (a committed datatype), which is not supported');
      return source.cursor(address, `message ${type} of an object header`, bytes);
    };
    if (type !== MESSAGE.continuation) {
      messages.push({ type, open });
      continue;
    }
    const next = open();
    const block = { address: next.target(), bytes: next.size() };
    if (isNew) {
      // A block of its own has a signature before the messages and a checksum after them.
      source.structure(block.address, 'OCHK', 'block of an object header');
      blocks.push({ address: block.address + 4, bytes: block.bytes - 8 });
    } else blocks.push(block);
  }
}

export function version(source: Source, found: number, ...supported: readonly number[]): void {
  if (!supported.includes(found)) source.fail(`damaged, or of a newer version of HDF5: a structure has the version ${found}`);
}
