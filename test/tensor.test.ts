import { afterEach, describe, expect, it } from 'vitest';
import type { DType } from '../src/dtype.js';
import { DisposedError, typeError, ValueError } from '../src/errors.js';
import { binding } from '../src/native/loader.js';
import { fromNative, sizeOf, Tensor, tensor } from '../src/tensor.js';

const wrong =
  (...args: unknown[]) =>
  () =>
    (tensor as (...args: unknown[]) => unknown)(...args);

describe('tensor of nested arrays', () => {
  it.each([
    [5, [], 'float32', [5]],
    [-1.5, [], 'float32', [-1.5]],
    [true, [], 'bool', [1]],
    [7n, [], 'int64', [7n]],
    ['a', [], 'string', ['a']],
    [[1, 2, 3], [3], 'float32', [1, 2, 3]],
    [[[1], [2], [3]], [3, 1], 'float32', [1, 2, 3]],
    [[[[1, 2]], [[3, 4]]], [2, 1, 2], 'float32', [1, 2, 3, 4]],
    [[true, false], [2], 'bool', [1, 0]],
    [[1n, -1n], [2], 'int64', [1n, -1n]],
    [['a', 'ß'], [2], 'string', ['a', 'ß']],
    [[], [0], 'float32', []],
    [[[], []], [2, 0], 'float32', []],
  ] as const)('%o has its shape, type and values', (data, shape, dtype, values) => {
    const t = tensor(data as never) as Tensor;
    expect([t.shape, t.dtype, Array.from(t.data as ArrayLike<unknown>), t.size]).toEqual([shape, dtype, values, values.length]);
  });

  it('takes another shape or type', () => {
    const t = tensor([1, 2, 3, 4], [2, 2], 'int32');
    expect([t.shape, t.dtype, t.data]).toEqual([[2, 2], 'int32', Int32Array.of(1, 2, 3, 4)]);
    expect(tensor([[1, 2]], [2, 1]).shape).toEqual([2, 1]);
    expect(tensor([1, 2], undefined, 'int64').data).toEqual(BigInt64Array.of(1n, 2n));
    expect(tensor([1n, true, 2], undefined, 'float64').data).toEqual(Float64Array.of(1, 1, 2));
    expect(tensor([1, 0, true], undefined, 'bool').data).toEqual(Uint8Array.of(1, 0, 1));
    expect(tensor(Number.NaN, [], 'float64').data[0]).toBeNaN();
  });

  it('refuses ragged arrays, with the place', () => {
    expect(wrong([[1, 2], [3]])).toThrow(new ValueError('`data[1]` must have 2 elements like its neighbours, received 1'));
    expect(wrong([[1], 2])).toThrow(new ValueError('`data[1]` must be an array of 1 like its neighbours, received 2'));
    expect(wrong([1, [2]])).toThrow(new ValueError('`data[1]` must be a single value like its neighbours, received [2]'));
    expect(
      wrong([
        [[1], [2]],
        [[3], 4],
      ]),
    ).toThrow('`data[1][1]`');
  });

  it('refuses what is no value', () => {
    expect(wrong(null)).toThrow(typeError('`data` must be a number, a boolean or a string, received null'));
    expect(wrong([1, undefined])).toThrow('`data[1]` must be a number, a boolean or a string, received undefined');
    expect(wrong({ a: 1 })).toThrow('`data` must be a number, a boolean or a string, received an object with the keys a');
    expect(wrong([() => 0])).toThrow(TypeError);
  });

  it('refuses values of another kind than the type', () => {
    expect(wrong([1, 'a'])).toThrow(typeError('`data[1]` must be a number, received "a"'));
    expect(wrong(['a', 1])).toThrow(typeError('`data[1]` must be a string, received 1'));
    expect(wrong([1], [1], 'float16')).toThrow('`data` must be a Uint16Array of raw bits for a tensor of float16, received [1]');
    expect(wrong([1], [1], 'bfloat16')).toThrow(TypeError);
  });

  it.each([
    ['int8', 128],
    ['int8', -129],
    ['uint8', -1],
    ['uint8', 256],
    ['int16', 2 ** 15],
    ['uint16', 2 ** 16],
    ['int32', 2 ** 31],
    ['int32', -(2 ** 31) - 1],
    ['uint32', 2 ** 32],
    ['int64', 2n ** 63n],
    ['uint64', -1],
    ['uint64', 2n ** 64n],
  ] as [DType, number | bigint][])('refuses numbers that do not fit: %s and %s', (dtype, value) => {
    const received = typeof value === 'bigint' ? `${value}n` : value;
    expect(wrong([0, value], [2], dtype)).toThrow(new ValueError(`\`data[1]\` must be a number that fits ${dtype}, received ${received}`));
  });

  it('takes the bounds of integers', () => {
    expect(tensor([-128, 127], undefined, 'int8').data).toEqual(Int8Array.of(-128, 127));
    expect(tensor([-(2n ** 63n), 2n ** 63n - 1n]).data).toEqual(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n));
    expect(tensor([0, 2n ** 64n - 1n], undefined, 'uint64').data).toEqual(BigUint64Array.of(0n, 2n ** 64n - 1n));
  });

  it('refuses fractions for integers, and other numbers than 0 and 1 for bool', () => {
    for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(wrong([value], [1], 'int64')).toThrow(new ValueError(`\`data[0]\` must be a whole number for int64, received ${value}`));
    expect(wrong([true, 2])).toThrow(new ValueError('`data[1]` must be 0 or 1 for bool, received 2'));
    expect(wrong(Uint8Array.of(0, 1, 255), [3], 'bool')).toThrow(new ValueError('`data[2]` must be 0 or 1 for bool, received 255'));
  });
});

describe('tensor of a typed array', () => {
  it.each([
    [Float32Array.of(1.5), 'float32'],
    [Float64Array.of(1.5), 'float64'],
    [Int8Array.of(-1), 'int8'],
    [Int16Array.of(-1), 'int16'],
    [Int32Array.of(-1), 'int32'],
    [BigInt64Array.of(-1n), 'int64'],
    [Uint8Array.of(255), 'uint8'],
    [Uint16Array.of(65535), 'uint16'],
    [Uint32Array.of(2 ** 32 - 1), 'uint32'],
    [BigUint64Array.of(2n ** 64n - 1n), 'uint64'],
  ] as const)('%o keeps the array', (data, dtype) => {
    const t = tensor(data);
    expect([t.dtype, t.shape, t.data === (data as unknown)]).toEqual([dtype, [1], true]);
  });

  it('refuses arrays of another kind', () => {
    expect(wrong(new Float32Array(2), [2], 'int32')).toThrow(
      typeError('`data` must be of type Int32Array for a tensor of int32, received a Float32Array'),
    );
    expect(wrong(new Uint8Array(2), [2], 'string')).toThrow('`data` must be strings for a string tensor, received a Uint8Array');
    for (const other of [new DataView(new ArrayBuffer(4)), new Uint8ClampedArray(4), Buffer.alloc(4)])
      expect(wrong(other)).toThrow(/^`data` must be a typed array of numbers, received a (DataView|Uint8ClampedArray|Buffer)$/);
  });

  it('refuses a shape that does not fit, or is none', () => {
    expect(wrong(new Float32Array(6), [2, 2])).toThrow(new ValueError('`data` must be 4 values for the shape [2, 2], received 6'));
    expect(wrong([1, 2], [])).toThrow(new ValueError('`data` must be 1 values for the shape [], received 2'));
    expect(wrong([1], 1)).toThrow(typeError('`shape` must be a list of sizes, received 1'));
    for (const size of [-1, 1.5, null, '1'])
      expect(wrong([1], [size])).toThrow(/^`shape\[0\]` must be a whole number that is not negative, received/);
    expect(wrong([1], [1], 'float')).toThrow(/^`dtype` must be one of float32, .*, received "float"$/);
  });
});

describe('a tensor', () => {
  it('has a frozen shape of its own, and a name', () => {
    const shape = [1, 2];
    const t = tensor([1, 2], shape);
    shape[0] = 7;
    expect([t.shape, Object.isFrozen(t.shape), String(t)]).toEqual([[1, 2], true, 'float32[1, 2]']);
    expect(sizeOf([2, 3, 0])).toBe(0);
    expect(sizeOf([])).toBe(1);
  });
});

describe("a tensor in TensorFlow's memory", () => {
  const start = binding().stats().tensors;
  const open: Tensor[] = [];
  afterEach(() => {
    for (const t of open.splice(0)) t.dispose();
    expect(binding().stats().tensors).toBe(start);
  });
  const move = <T extends Tensor>(t: T): T => {
    open.push(t);
    expect(t.native).toBe(t.native);
    return t;
  };

  it.each([
    tensor(Float32Array.of(0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e-45)),
    tensor(Float64Array.of(Number.MAX_VALUE, Number.MIN_VALUE, -0, Number.NaN)),
    tensor(Int8Array.of(-128, 127)),
    tensor(Int16Array.of(-32768, 32767)),
    tensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
    tensor(BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n, 2n ** 63n - 1n)),
    tensor(Uint8Array.of(0, 255)),
    tensor(Uint16Array.of(0, 65535)),
    tensor(Uint32Array.of(0, 2 ** 32 - 1)),
    tensor(BigUint64Array.of(0n, 2n ** 64n - 1n)),
    tensor(Uint8Array.of(0, 1, 1), [3], 'bool'),
    // 1, -2 and the smallest subnormal of float16; 1 and -2 of bfloat16.
    tensor(Uint16Array.of(0x3c00, 0xc000, 0x0001), [3], 'float16'),
    tensor(Uint16Array.of(0x3f80, 0xc000), [2], 'bfloat16'),
    tensor(['', 'a', 'größer 🙂', 'nul\0inside', 'x'.repeat(1000)]),
    tensor([], [0, 3]),
    tensor(3),
  ] as Tensor[])('keeps %s', (original) => {
    const expected = original.data;
    const { shape, dtype } = original;
    move(original);
    expect(original.data).toEqual(expected);
    expect([original.shape, original.dtype]).toEqual([shape, dtype]);
    expect(binding().tensorInfo(original.native)).toMatchObject({ shape });
  });

  it('is a copy: the array that it was made from may change afterwards', () => {
    const array = Float32Array.of(1, 2);
    const t = move(tensor(array));
    array[0] = 9;
    expect(t.data).toEqual(Float32Array.of(1, 2));
  });

  it('takes a view into the middle of a buffer', () => {
    const view = new Int16Array(Int16Array.of(1, 2, 3, 4).buffer, 2, 2);
    expect(move(tensor(view)).data).toEqual(Int16Array.of(2, 3));
  });

  it('comes back as a tensor', () => {
    const native = binding().tensorNew(9, [1, 2], BigInt64Array.of(1n, 2n));
    const t = fromNative(native);
    open.push(t);
    expect([String(t), t.data]).toEqual(['int64[1, 2]', BigInt64Array.of(1n, 2n)]);
  });

  it('is not put there where it is used once, or is as little as a seed', () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    const t = tensor(values, [2, 3]);
    expect(t.feed(true)).toEqual([1, [2, 3], values]);
    expect(t.data).toBe(values);
    expect(t.feed(false)).toBe(t.native);
    expect(t.feed(true)).toBe(t.native);
    const seed = BigInt64Array.of(1n, 2n);
    expect(tensor(seed).feed(false)).toEqual([9, [2], seed]);
    const strings = tensor(['a', 'b']);
    expect(strings.feed(true)).toBe(strings.native);
    for (const one of [t, strings]) one.dispose();
    expect(() => t.feed(true)).toThrow(/has been disposed/);
  });

  it('is freed by dispose at once, and by using', () => {
    const t = tensor([1, 2]);
    t.native;
    expect(binding().stats().tensors).toBe(start + 1);
    t.dispose();
    expect(binding().stats().tensors).toBe(start);
    {
      using inner = tensor(['a']);
      inner.native;
      expect(binding().stats().tensors).toBe(start + 1);
    }
    expect(binding().stats().tensors).toBe(start);
  });

  it('can be shared: one memory, which lives until the last is disposed', () => {
    for (const t of [tensor([1, 2]), tensor(['a', 'b'])]) {
      const other = t.share();
      expect(binding().stats().tensors).toBe(start + 1);
      expect(other).not.toBe(t);
      const values = [...t.data];
      t.dispose();
      expect([...other.data]).toEqual(values);
      other.dispose();
      expect(binding().stats().tensors).toBe(start);
      expect(() => t.share()).toThrow(DisposedError);
    }
  });

  it('cannot be used after dispose, which may be called again', () => {
    for (const t of [tensor([1, 2]), move(tensor([1, 2]))]) {
      expect(t.disposed).toBe(false);
      t.dispose();
      t.dispose();
      expect(t.disposed).toBe(true);
      expect(() => t.data).toThrow(new DisposedError('the tensor float32[2] has been disposed'));
      expect(() => t.native).toThrow(DisposedError);
      expect([t.shape, t.dtype, t.size]).toEqual([[2], 'float32', 2]);
    }
  });

  it('accounts for its bytes', () => {
    const before = binding().stats().tensorBytes;
    const t = tensor(new Float32Array(1000));
    t.native;
    expect(binding().stats().tensorBytes - before).toBe(4000);
    t.dispose();
    expect(binding().stats().tensorBytes).toBe(before);
  });

  it('is a Tensor', () => expect(tensor(1)).toBeInstanceOf(Tensor));
});
