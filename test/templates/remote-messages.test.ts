import { describe, expect, it } from 'vitest';
import type { DType } from '../../src/dtype.js';
import { RemoteClientError } from '../../src/errors.js';
import { tensor, tensorSpec } from '../../src/index.js';
import { Random } from '../../src/random.js';
import {
  messageBytes,
  readAnswer,
  readRequest,
  topicOf,
  writeAnswer,
  writeRefusal,
  writeRequest,
  writeTensors,
} from '../../src/templates/remote-messages.js';
import type { Protocol } from '../../src/templates/remote-protocol.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { plain } from '../algorithms/fixtures.js';

const spec = (shape: readonly number[], dtype: DType = 'float32') => tensorSpec(shape, dtype) as TensorSpec;
const protocol = (fingerprint: number): Protocol => ({
  fingerprint: new Uint8Array(32).fill(fingerprint),
  shared: [spec([2]), spec([2], 'int64'), spec([2, 2])],
  sent: [0, 2],
  entropy: 1,
  own: [spec([3], 'int8'), spec([], 'float64')],
  combined: [
    { spec: spec([2]), finite: true },
    { spec: spec([], 'int64'), finite: true },
    { spec: spec([2]), finite: false },
    { spec: spec([2], 'float16'), finite: true },
  ],
  returned: { kept: spec([3], 'bool') },
});
const PROTOCOL = protocol(7);
const PLACE = { seed: -5, round: 3, number: 2 ** 40 };
const SHARED = [tensor([1, 2]), tensor([[3, 4], [5, 6]])]; // biome-ignore format: a matrix
const OWN = [tensor([1, 2, 3], [3], 'int8'), tensor(0.1, [], 'float64')];
const answered = (finite = [1, 2], kept = Uint8Array.of(1, 0, 1), halves = Uint16Array.of(0x3c00, 1)) => [
  tensor(finite),
  tensor(7n),
  tensor([Number.NaN, Number.NEGATIVE_INFINITY]),
  tensor(halves, [2], 'float16'),
  tensor(kept, [3], 'bool'),
];

const request = () => writeRequest(PROTOCOL, PLACE, writeTensors(SHARED), OWN);
const topic = topicOf(request());
const answer = (tensors = answered()) => writeAnswer(topic, tensors);
const read = (message: unknown) => readAnswer(message, topic, PROTOCOL);
const changed = (message: Uint8Array, at: number, value: number) => Object.assign(message.slice(), { [at]: value });

describe('a request', () => {
  it('has what was asked, of the protocol that it is of', () => {
    const { sent, own, ...rest } = readRequest(request(), [protocol(1), PROTOCOL]);
    expect(rest).toEqual({ pass: 1, ...PLACE });
    expect(plain([sent, own])).toEqual(plain([SHARED, OWN]));
    expect(own.map(String)).toEqual(['int8[3]', 'float64[]']);
  });

  it('and its answer have as many bytes as is known before', () => {
    expect(request().length + answer().length).toBe(messageBytes(PROTOCOL));
    expect(request().length).toBe(64 + 4 * 2 + 4 * 4 + 3 + 8);
  });

  it('is read from a part of a larger buffer, and not held on to', () => {
    const pool = Buffer.concat([Buffer.alloc(13, 0xff), request(), Buffer.alloc(50, 0xff)]);
    const { sent } = readRequest(pool.subarray(13, pool.length - 50), [PROTOCOL]);
    pool.fill(0);
    expect(plain(sent)).toEqual(plain(SHARED));
  });

  it.each<[string, () => Uint8Array, string]>([
    ['nothing', () => new Uint8Array(0), '`request` must be a request of fedkeras, received something else'],
    ['something else', () => Buffer.from('GET / HTTP/1.1'), '`request` must be a request of fedkeras'],
    ['an answer', answer, '`request` must be a request of fedkeras'],
    ['another format', () => changed(request(), 7, 9), '`request` must be of format 1, received one of format 9'],
    ['a part of the head', () => request().slice(0, 20), '`request` must have 64 bytes or more, received 20'],
    ['another computation', () => changed(request(), 8, 1), "`request` must be of a process like the endpoint's"],
    ['too little', () => request().slice(0, -1), '`request` must have 99 bytes, received 98'],
    ['too much', () => Buffer.concat([request(), Buffer.alloc(1)]), '`request` must have 99 bytes, received 100'],
  ])('is refused where it is %s', (_, make, message) => {
    expect(() => readRequest(make(), [PROTOCOL])).toThrow(RemoteClientError);
    expect(() => readRequest(make(), [PROTOCOL])).toThrow(message);
  });
});

describe('an answer', () => {
  it('has what a client gives', () => {
    const tensors = read(answer());
    expect(plain(tensors)).toEqual(plain(answered()));
    expect(tensors.map(String)).toEqual(['float32[2]', 'int64[]', 'float32[2]', 'float16[2]', 'bool[3]']);
  });

  it.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, '`answer` must be a Uint8Array, as `call` promises'],
    ['a text', () => 'FEDKANS', '`answer` must be a Uint8Array'],
    ['no bytes', () => new Uint8Array(0), '`answer` must be an answer of fedkeras, received something else'],
    ['a page', () => Buffer.from('<!doctype html>'), '`answer` must be an answer of fedkeras'],
    ['the request', request, '`answer` must be an answer of fedkeras'],
    ['another format', () => changed(answer(), 7, 2), '`answer` must be of format 1, received one of format 2'],
    ['to another computation', () => changed(answer(), 8, 1), '`answer` must be to this request, received one to another'],
    ['to another round', () => changed(answer(), 48, 4), '`answer` must be to this request'],
    ["another client's", () => changed(answer(), 56, 4), '`answer` must be to this request'],
    ['too short', () => answer().slice(0, -1), '`answer` must have 95 bytes, received 94'],
    ['too long', () => Buffer.concat([answer(), Buffer.alloc(2 ** 20)]), 'received 1048671'],
    [
      'infinite',
      () => answer(answered([1, Number.POSITIVE_INFINITY])),
      '`answer` must be finite, received numbers in tensor 0, float32[2], that are not',
    ],
    ['no number', () => answer(answered([Number.NaN, 1])), '`answer` must be finite'],
    ['infinite in few bits', () => answer(answered(undefined, undefined, Uint16Array.of(0, 0xfc00))), 'in tensor 3, float16[2]'],
    ['no bool', () => changed(answer(), 94, 2), '`answer` must have 0 or 1 for bool, received others in tensor 4'],
    ['a refusal', () => writeRefusal('no "data"'), 'the client says "no \\"data\\""'],
    ['a long refusal', () => Buffer.concat([writeRefusal('x'.repeat(5000)), Buffer.alloc(1)]), '`answer` must be an answer of fedkeras'],
  ])('is refused where it is %s', (_, make, message) => {
    expect(() => read(make())).toThrow(RemoteClientError);
    expect(() => read(make())).toThrow(message);
  });

  it('says what a refusal says, cut', () => {
    expect(() => read(writeRefusal('x'.repeat(5000)))).toThrow(`the client says "${'x'.repeat(2000)}"`);
  });
});

it('mutated messages are read or refused, by name, and nothing else happens', () => {
  const random = new Random(1);
  const mutated = (message: Uint8Array): Uint8Array => {
    const length = random.integer(3) === 0 ? random.integer(2 * message.length) : message.length;
    const other = new Uint8Array(length);
    other.set(message.subarray(0, length));
    for (let i = random.integer(4); i >= 0 && length > 0; i--) other[random.integer(length)] = random.integer(256);
    return other;
  };
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < 20_000; i++) {
    try {
      if (i % 2 === 0) readRequest(mutated(request()), [PROTOCOL, protocol(1)]);
      else read(mutated(answer()));
      counts.read += 1;
    } catch (error) {
      expect(error).toBeInstanceOf(RemoteClientError);
      counts.refused += 1;
    }
  }
  // Both ends of it are tried: values may change freely, all else must not.
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(1000);
});
