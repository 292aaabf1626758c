/** Messages as bytes: stage, direction, session, the client's number, and records of one length. */
import { mustBe } from '../validate.js';
import { SecureAggregationError } from './error.js';
import { TAG_BYTES } from './parameters.js';

export const STAGES = ['advertiseKeys', 'shareKeys', 'maskedInput', 'unmask'] as const;
const HEAD_BYTES = 2 + TAG_BYTES + 4;

export interface Head {
  readonly stage: number;
  readonly from: 'client' | 'server';
  readonly tag: Uint8Array;
  /** Who sent it, or to whom the server sends it. */
  readonly client: number;
}

export function writeMessage({ stage, from, tag, client }: Head, body: Uint8Array): Uint8Array {
  const message = new Uint8Array(HEAD_BYTES + body.length);
  message.set([stage, from === 'client' ? 0 : 1]);
  message.set(tag, 2);
  new DataView(message.buffer).setUint32(2 + TAG_BYTES, client, true);
  message.set(body, HEAD_BYTES);
  return message;
}

/** The client and the body of a message of this stage, direction and session. @throws SecureAggregationError */
export function readMessage(message: Uint8Array, { stage, from, tag }: Omit<Head, 'client'>): { client: number; body: Uint8Array } {
  if (!(message instanceof Uint8Array)) throw mustBe('message', 'a Uint8Array', message);
  const side = from === 'client' ? 0 : 1;
  const isOurs = message.length >= HEAD_BYTES && message[1] === side && tag.every((byte, i) => message[2 + i] === byte);
  if (!isOurs) throw new SecureAggregationError('malformed', `\`message\` must be one from a ${from} of this session, received another`);
  if (message[0] !== stage) {
    const received = STAGES[message[0] as number] ?? 'no stage';
    throw new SecureAggregationError('wrongStage', `\`message\` must be of ${STAGES[stage]}, received one of ${received}`);
  }
  const client = new DataView(message.buffer, message.byteOffset).getUint32(2 + TAG_BYTES, true);
  return { client, body: message.subarray(HEAD_BYTES) };
}

/** Records that begin with a client's number. */
export function writeRecords(records: Iterable<readonly [client: number, bytes: Uint8Array]>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [client, bytes] of records) parts.push(new Uint8Array(Uint32Array.of(client).buffer), bytes);
  return new Uint8Array(Buffer.concat(parts));
}

/** Records of `bytes` bytes each after the number. @throws SecureAggregationError for another length, or a client named twice */
export function readRecords(body: Uint8Array, bytes: number): Map<number, Uint8Array> {
  const size = 4 + bytes;
  const records = new Map<number, Uint8Array>();
  if (body.length % size !== 0)
    throw new SecureAggregationError('malformed', `\`message\` must hold records of ${size} bytes, received ${body.length} bytes`);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  for (let at = 0; at < body.length; at += size) {
    const client = view.getUint32(at, true);
    if (records.has(client))
      throw new SecureAggregationError('duplicate', `\`message\` must name every client once, received client ${client} twice`);
    records.set(client, body.slice(at + 4, at + size));
  }
  return records;
}
