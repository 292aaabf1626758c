import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FileFormatError } from '../../src/errors.js';
import { decodeState, encodeState } from '../../src/programs/state-file.js';
import { tensor } from '../../src/tensor.js';

const round = (value: unknown) => decodeState(encodeState(value), 'state');
const bytes = () => encodeState({ weights: [tensor([1.5, -2]), tensor([[7]], undefined, 'int32')], round: 3 });

/** A file with this head, whose checksum is right. */
function withHead(head: string): Uint8Array {
  const text = new TextEncoder().encode(head);
  const file = new Uint8Array(64 + text.length);
  file.set(new TextEncoder().encode('FEDKERAS'));
  file.set(text, 16);
  const view = new DataView(file.buffer);
  view.setUint32(8, text.length, true);
  view.setUint32(12, crc32(file.subarray(16)), true);
  return file;
}

describe('a state', () => {
  it.each([
    ['null', null],
    ['a number', -0.1],
    ['a text', 'ä\n"\u{1f600}'],
    ['a list', [1, [], ['a', true]]],
    ['names that mean something elsewhere', JSON.parse('{ "$tensor": 0, "__proto__": 1, "constructor": { "length": 1 }, "": [] }')],
  ])('is read as it was: %s', (_, value) => expect(round(value)).toEqual(value));

  it.each([
    [Float32Array.of(1.1, Number.NaN, Number.NEGATIVE_INFINITY)],
    [Float64Array.of(Math.PI)],
    [Int8Array.of(-128, 127)],
    [Int16Array.of(-32768)],
    [Int32Array.of(1, 2, 3)],
    [BigInt64Array.of(2n ** 62n, -1n)],
    [Uint8Array.of(255)],
    [new Float32Array(0)],
  ])('keeps tensors: %s', (data) => {
    const t = tensor(data);
    // The same element type before and after, so that each tensor's bytes are looked for at their own place.
    const [before, read, after] = round([tensor([1, 2, 3]), t, tensor([4])]) as ReturnType<typeof tensor>[];
    expect(read?.dtype).toBe(t.dtype);
    expect(read?.shape).toEqual(t.shape);
    expect(read?.data).toEqual(data);
    expect([Array.from(before?.data as Float32Array), Array.from(after?.data as Float32Array)]).toEqual([[1, 2, 3], [4]]);
  });

  it('is read from a part of a larger buffer, as Node reads small files, and does not hold on to it', () => {
    const pool = Buffer.concat([Buffer.alloc(13, 0xff), bytes(), Buffer.alloc(50, 0xff)]);
    const { weights } = decodeState(pool.subarray(13, pool.length - 50), 'state') as { weights: ReturnType<typeof tensor>[] };
    pool.fill(0);
    expect(weights.map((w) => Array.from(w.data as Float32Array))).toEqual([[1.5, -2], [7]]);
  });

  it('has equal bytes for equal values', () => expect(bytes()).toEqual(bytes()));
});

describe('encodeState refuses, naming the place', () => {
  it.each([
    [{ a: [1, undefined] }, '`state.a[1]` must be a tensor, a finite number, a text, a boolean, null'],
    [{ loss: Number.NaN }, '`state.loss` must be'],
    [() => 1, '`state` must be'],
    [{ a: 1n }, '`state.a` must be'],
    [new Map(), 'received a Map'],
    [{ names: tensor(['a']) }, '`state.names` must be a tensor of numbers'],
  ])('%s', (value, message) => {
    expect(() => encodeState(value)).toThrow(TypeError);
    expect(() => encodeState(value)).toThrow(message);
  });
});

describe('decodeState refuses, naming the file', () => {
  const refusal = (file: Uint8Array): FileFormatError => {
    try {
      decodeState(file, 'the-state');
    } catch (error) {
      expect(error).toBeInstanceOf(FileFormatError);
      return error as FileFormatError;
    }
    return expect.fail('nothing was thrown');
  };

  it('every file that was cut off', () => {
    const whole = bytes();
    for (let length = 0; length < whole.length; length++)
      expect(refusal(whole.subarray(0, length)).message).toMatch(
        /^the-state: (not a state of fedkeras|the file is damaged or incomplete)$/,
      );
  });

  it('every file with a changed bit', () => {
    const whole = bytes();
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      refusal(damaged);
    }
  });

  it('another file', () => expect(refusal(Buffer.alloc(100)).message).toBe('the-state: not a state of fedkeras'));

  it.each([
    ['no JSON', '{', 'its head is no JSON'],
    ['an unknown element type', '{"tensors":[{"dtype":"float","shape":[],"offset":0}],"value":null}', 'a tensor is described wrongly'],
    ['texts', '{"tensors":[{"dtype":"string","shape":[],"offset":0}],"value":null}', 'a tensor is described wrongly'],
    ['a negative size', '{"tensors":[{"dtype":"int8","shape":[-1],"offset":0}],"value":null}', 'a tensor is described wrongly'],
    ['more than is there', '{"tensors":[{"dtype":"int8","shape":[1e9],"offset":0}],"value":null}', 'a tensor lies outside of the file'],
    ['more than fits a number', '{"tensors":[{"dtype":"int8","shape":[1e15,1e15],"offset":0}],"value":null}', 'outside of the file'],
    ['a place before the file', '{"tensors":[{"dtype":"int8","shape":[],"offset":-999}],"value":null}', 'outside of the file'],
    ['a tensor that is not there', '{"tensors":[],"value":{"$tensor":0}}', 'a tensor is missing'],
    ['a tensor of another name', '{"tensors":[],"value":{"$tensor":"length"}}', 'a tensor is missing'],
    ['no head', 'null', 'its head is no state'],
    ['a list of something else', '{"tensors":[null],"value":null}', 'a tensor is described wrongly'],
  ])('%s', (_, head, message) => expect(refusal(withHead(head)).message).toContain(message));
});
