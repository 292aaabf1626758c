import { describe, expect, it } from 'vitest';
import { secureAggregation } from '../../src/index.js';
import { type Client, upTo } from './fixtures.js';

const options = { session: 'test', length: 3, numShares: 5, reconstructionThreshold: 3 };
const reason = (expected: string) => expect.objectContaining({ name: 'SecureAggregationError', reason: expected });
const HEAD = 22;
/** A message with other records, each of `size` bytes. */
const edit = (message: Uint8Array, size: number, change: (records: Uint8Array[]) => Uint8Array[]): Uint8Array => {
  const count = (message.length - HEAD) / size;
  const records = Array.from({ length: count }, (_, i) => message.slice(HEAD + i * size, HEAD + (i + 1) * size));
  return new Uint8Array(Buffer.concat([message.subarray(0, HEAD), ...change(records)]));
};
const first = (stage: number, count = 4) => {
  const { clients, inbox } = upTo(stage, options, count);
  return { client: clients[0] as Client, message: inbox.get(0) as Uint8Array, others: inbox };
};
const value = new Int32Array(3);

describe('a client', () => {
  it('refuses neighbours that cannot be: too few, too many, itself, twice, with one key, with a key of small order', () => {
    const { client, message } = first(1);
    const share = (change: (records: Uint8Array[]) => Uint8Array[]) => () => client.shareKeys(edit(message, 68, change));
    expect(share((r) => r.slice(0, 1))).toThrow('shareKeys needs 3 clients that hold shares, received 2');
    const named = (r: Uint8Array[], id: number) =>
      r.map((record, i) => (i === 0 ? Uint8Array.of(id, 0, 0, 0, ...record.subarray(4)) : record));
    expect(share((r) => [...r, ...named(r, 8), ...named(r, 9)].slice(0, 5))).toThrow(reason('duplicate'));
    expect(share((r) => [...r, named(r, 8)[0] as Uint8Array, named(r, 9)[0] as Uint8Array])).toThrow('at most 5 holders');
    expect(share((r) => named(r, 0))).toThrow(reason('inconsistent'));
    expect(share((r) => [...r, named(r, 8)[0] as Uint8Array])).toThrow('public keys must all be different');
    expect(
      share((r) => [
        Uint8Array.of(...(r[0] as Uint8Array).subarray(0, 4), ...new Uint8Array(32), ...(r[0] as Uint8Array).subarray(36)),
        ...r.slice(1),
      ]),
    ).toThrow(reason('tampered'));
    // None of it has changed anything.
    expect(client.shareKeys(message)).toBeInstanceOf(Uint8Array);
  });

  it('names who sent shares that were tampered with, and refuses strangers and too few', () => {
    const { client, message } = first(2);
    const input = (change: (records: Uint8Array[]) => Uint8Array[]) => () => client.maskedInput(edit(message, 98, change), value);
    for (const at of [4, 20, 97])
      expect(input((r) => r.map((record) => (record[0] === 2 ? record.map((b, i) => (i === at ? b ^ 1 : b)) : record)))).toThrow(
        expect.objectContaining({ reason: 'tampered', message: 'client 0: the shares from client 2 are not what it sealed' }),
      );
    expect(
      input(([a, b, ...r]) => [
        Uint8Array.of(...(a as Uint8Array).subarray(0, 4), ...(b as Uint8Array).subarray(4)),
        b as Uint8Array,
        ...r,
      ]),
    ).toThrow(reason('tampered'));
    expect(input((r) => r.map((record, i) => (i === 0 ? Uint8Array.of(9, 0, 0, 0, ...record.subarray(4)) : record)))).toThrow(
      reason('unknownClient'),
    );
    expect(input((r) => r.slice(0, 1))).toThrow(reason('tooFew'));
    expect(() => client.maskedInput(message, new Int32Array(2))).toThrow('`value` must be of length 3, received 2');
    expect(() => client.maskedInput(message, new BigInt64Array(3))).toThrow(TypeError);
    expect(client.maskedInput(message, value)).toHaveLength(HEAD + 12);
  });

  it('never gives both shares of anyone, nor any to a server that contradicts itself', () => {
    const { client, message } = first(3);
    const unmask = (change: (records: Uint8Array[]) => Uint8Array[]) => () => client.unmask(edit(message, 4, change));
    expect(unmask((r) => [...r, Uint8Array.of(9, 0, 0, 0)])).toThrow('client 9 cannot have sent its input');
    expect(unmask((r) => r.filter(([id]) => id !== 0))).toThrow('the server says that this client has not sent its input');
    expect(unmask((r) => r.slice(0, 2))).toThrow('unmask needs 3 clients that hold shares, received 2');
    expect(unmask((r) => [...r, r[0] as Uint8Array])).toThrow(reason('duplicate'));
    const shares = unmask((r) => r.filter(([id]) => id !== 3))();
    const kinds = Array.from({ length: 4 }, (_, i) => [shares[HEAD + 38 * i], shares[HEAD + 38 * i + 4]]);
    expect(kinds.sort()).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 1],
    ]);
    expect(() => client.unmask(message)).toThrow('unmask must be called once and in its turn, received it again');
  });

  it('refuses messages of other stages and for others, and numbers that are none', () => {
    const { client, message, others } = first(1);
    expect(() => client.shareKeys(others.get(1) as Uint8Array)).toThrow('the message is for client 1');
    expect(() => client.maskedInput(message, value)).toThrow('received it early');
    expect(() => client.advertiseKeys()).toThrow(reason('wrongStage'));
    expect(() => new secureAggregation.SecureAggregationClient({ ...options, client: -1 })).toThrow(RangeError);
  });
});
