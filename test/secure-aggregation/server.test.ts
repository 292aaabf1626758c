import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { secureAggregation } from '../../src/index.js';
import { makeNeighbours } from '../../src/secure-aggregation/server.js';
import { run, upTo } from './fixtures.js';

const options = { session: 'test 1', length: 3, numShares: 5, reconstructionThreshold: 3 };
const reason = (expected: string) => expect.objectContaining({ name: 'SecureAggregationError', reason: expected });
const random = (count: number, length: number) =>
  Array.from({ length: count }, () => new Uint32Array(new Uint8Array(randomBytes(4 * length)).buffer));
const plain = (values: readonly Uint32Array[], bits = 32) =>
  Array.from(values[0] as Uint32Array, (_, i) => values.reduce((sum, v) => (sum + (v[i] as number)) % 2 ** bits, 0));

describe('the sum', () => {
  it.each([
    ['everyone neighbours everyone', 7, 7, 4],
    ['a ring', 13, 7, 4],
  ])('is that of who sent inputs, whoever is lost later: %s', (_, count, numShares, reconstructionThreshold) => {
    for (let trial = 0; trial < 12; trial++) {
      const length = 1 + randomInt(40);
      const values = random(count, length);
      const order = makeNeighbours([...values.keys()], count).keys();
      const lost = Array.from({ length: 4 }, (_, stage) =>
        trial % 4 === stage || trial % 3 === stage ? [order.next().value as number] : [],
      );
      const gone = lost.slice(0, 3).flat();
      const { sum } = run({ session: `trial ${trial}`, length, numShares, reconstructionThreshold }, values, lost);
      expect([...sum], JSON.stringify(lost)).toEqual(plain(values.filter((_, i) => !gone.includes(i))));
    }
  });

  it.each([1, 7, 31])('is modulo 2^%i', (bits) => {
    const values = random(4, 50);
    const { sum, masked } = run({ ...options, length: 50, bits }, values, [[], [], [3]]);
    expect([...sum]).toEqual(plain(values.slice(0, 3), bits));
    for (const message of masked) expect(Math.max(...new Uint32Array(message.slice(-200).buffer))).toBeLessThan(2 ** bits);
  });

  it.each([33, 50, 64])('is modulo 2^%i, of negative numbers too', (bits) => {
    const values = Array.from({ length: 4 }, () => new BigInt64Array(new Uint8Array(randomBytes(8 * 20_000)).buffer));
    const { sum } = run({ ...options, length: 20_000, bits }, values, [[], [], [0]]);
    const expected = values[0]?.map((_, i) => values.slice(1).reduce((total, v) => total + (v[i] as bigint), 0n));
    expect(sum).toEqual(new BigUint64Array((expected as BigInt64Array).map((x) => BigInt.asUintN(bits, x)).buffer));
  });

  it('is of inputs that look like noise, and differ though the values do not', () => {
    const values = Array.from({ length: 3 }, () => new Int32Array(25_600));
    const { sum, masked } = run({ ...options, length: 25_600 }, values);
    expect(sum.every((x) => Number(x) === 0)).toBe(true);
    const bodies = masked.map((message) => message.slice(-102_400));
    for (const body of [...bodies, (bodies[0] as Uint8Array).map((b, i) => b ^ (bodies[1]?.[i] as number))]) {
      const counts = new Array(256).fill(0);
      for (const byte of body) counts[byte]++;
      // Chi-square of 255 degrees of freedom: above 400 with a probability of 1e-8.
      expect(counts.reduce((total, n) => total + (n - 400) ** 2 / 400, 0)).toBeLessThan(400);
    }
  });
});

describe('the ring', () => {
  it('has neighbours on both sides, who are neighbours of each other', () => {
    const neighbours = makeNeighbours([...Array(20).keys()], 7);
    for (const [client, others] of neighbours) {
      expect(new Set(others).size).toBe(6);
      expect(others).not.toContain(client);
      for (const other of others) expect(neighbours.get(other)).toContain(client);
    }
    expect(makeNeighbours([4, 5, 6], 7).get(5)?.sort()).toEqual([4, 6]);
  });
});

describe('the server', () => {
  it.each([
    [0, 'advertiseKeys needs 3 clients, received 2 of 2 clients'],
    [1, 'shareKeys needs 3 clients, received 2 of 5 clients'],
    [2, 'maskedInput needs 3 clients, received 2 of 5 clients'],
    [3, 'unmask needs 3 clients, received 2 of 5 clients'],
  ])('says how many are left of how many at stage %i', (stage, message) => {
    const values = random(5, 3);
    const lost = [[], [], [], []].map((_, i) => (i === stage ? [0, 1, 2] : []));
    expect(() => run(options, values, lost)).toThrow(reason('tooFew'));
    expect(() => run(options, values, lost)).toThrow(message);
  });

  it.each([0, 1, 2, 3])('refuses messages of stage %i twice, replayed, cut, from strangers, and goes on', (stage) => {
    const { server, answer } = upTo(stage, options, 4);
    const first = answer(0);
    expect(() => server.receive(first.subarray(0, -1))).toThrow(reason('malformed'));
    expect(() => server.receive(first.subarray(0, 5))).toThrow(reason('malformed'));
    expect(() => server.receive('text' as never)).toThrow(TypeError);
    const stranger = first.slice();
    stranger[18] = 77;
    if (stage > 0) expect(() => server.receive(stranger)).toThrow(reason('unknownClient'));
    server.receive(first);
    expect(() => server.receive(first)).toThrow(reason('duplicate'));
    for (const i of [1, 2, 3]) server.receive(answer(i));
    if (stage < 3) {
      server.advance();
      expect(() => server.receive(first)).toThrow(reason('wrongStage'));
      expect(() => server.sum()).toThrow(stage < 2 ? reason('wrongStage') : reason('tooFew'));
    } else {
      expect(() => server.advance()).toThrow(reason('wrongStage'));
      expect([...server.sum()]).toEqual([0, 0, 0]);
    }
  });

  it('refuses messages of another session', () => {
    const other = new secureAggregation.SecureAggregationClient({ ...options, session: 'test 2', client: 0 });
    expect(() => upTo(0, options, 3).server.receive(other.advertiseKeys())).toThrow(reason('malformed'));
  });

  it('refuses shares it has not asked for, and notices shares that give another key', () => {
    const { server, clients, answer } = upTo(2, options, 4);
    for (const i of [0, 1, 2]) server.receive(answer(i));
    const asked = server.advance();
    const [first, ...others] = [0, 1, 2].map((i) => clients[i]?.unmask(asked.get(i) as Uint8Array) as Uint8Array);
    // A record: the client's number (4 bytes), the kind of share, its place, 32 bytes; client 3 was lost.
    const body = first as Uint8Array;
    const record = Array.from({ length: 4 }, (_, i) => 22 + 38 * i).find((at) => body[at] === 3) as number;
    const flipped = (offset: number) => body.map((byte, i) => (i === record + offset ? byte ^ 1 : byte));
    expect(() => server.receive(flipped(4))).toThrow(reason('tampered'));
    for (const message of [flipped(10), ...others]) server.receive(message);
    expect(() => server.sum()).toThrow('the shares of client 3 do not give the key that it has advertised');
  });

  it('refuses options that are none', () => {
    const make = (more: object) => () => new secureAggregation.SecureAggregationServer({ ...options, ...more });
    expect(make({ reconstructionThreshold: 2 })).toThrow('`reconstructionThreshold` must be above half of the 5 shares, received 2');
    expect(make({ numShares: 256 })).toThrow(RangeError);
    expect(make({ bits: 65 })).toThrow(RangeError);
    expect(make({ length: 0 })).toThrow(RangeError);
    expect(make({ session: 1 })).toThrow(TypeError);
    expect(make({ modulus: 8 })).toThrow('has no option `modulus`');
  });
});
