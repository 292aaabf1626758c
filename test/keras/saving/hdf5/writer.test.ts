/** What is written is read back by our reader. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ValueError } from '../../../../src/errors.js';
import type { ArrayValue } from '../../../../src/keras/saving/array-value.js';
import { type Hdf5Content, openHdf5, writeHdf5 } from '../../../../src/keras/saving/hdf5/index.js';

afterEach(() => {
  vi.useRealTimers();
});

const arrays: [string, ArrayValue][] = [
  Float64Array.of(Math.PI, -0),
  Float32Array.of(1.5, Number.NaN),
  BigInt64Array.of(2n ** 62n, -1n),
  Int32Array.of(-(2 ** 31), 7),
  Int16Array.of(-5, 5),
  Int8Array.of(-128, 127),
  BigUint64Array.of(2n ** 64n - 1n, 0n),
  Uint32Array.of(2 ** 32 - 1, 0),
  Uint16Array.of(65535, 0),
  Uint8Array.of(255, 0),
].map((data) => {
  const dtype = data.constructor.name.replace(/Array|Big/g, '').toLowerCase();
  return [dtype, { dtype, shape: [2], data } as ArrayValue];
});

const nested = (): Hdf5Content => ({
  attributes: { text: 'ä\n' },
  groups: new Map([
    [
      'layers',
      { groups: new Map(Array.from({ length: 30 }, (_, i): [string, Hdf5Content] => [`dense_${i}`, { datasets: new Map(arrays) }])) },
    ],
    ['empty', {}],
  ]),
});

describe('writeHdf5', () => {
  it.each(arrays)('keeps %s', async (name, value) => {
    const file = openHdf5(await writeHdf5({ datasets: new Map([[name, value]]) }), 'f.h5');
    expect(file.dataset(name)?.read()).toEqual(value);
  });

  it('keeps groups, attributes, scalars and empty arrays', async () => {
    const scalar: ArrayValue = { dtype: 'float32', shape: [], data: Float32Array.of(3) };
    const nothing: ArrayValue = { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) };
    const file = openHdf5(await writeHdf5({ ...nested(), datasets: new Map(Object.entries({ scalar, nothing })) }), 'f.h5');
    expect(file.text('text')).toBe('ä\n');
    expect([...file.names].sort()).toEqual(['empty', 'layers', 'nothing', 'scalar']);
    expect([file.dataset('scalar')?.read(), file.dataset('nothing')?.read()]).toEqual([scalar, nothing]);
    expect(file.group('empty')?.names).toEqual([]);
  });

  it('writes half floats as floats, and booleans as bytes', async () => {
    const half = { dtype: 'float16', shape: [3], data: Uint16Array.of(0x3c00, 0xc000, 0x0001) } as unknown as ArrayValue;
    const bool: ArrayValue = { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) };
    const file = openHdf5(await writeHdf5({ datasets: new Map(Object.entries({ half, bool })) }), 'f.h5');
    // 1, -2 and the smallest half float, 2 to the power of -24.
    expect(file.dataset('half')?.read().data).toEqual(Float32Array.of(1, -2, 2 ** -24));
    expect(file.dataset('bool')?.read()).toEqual({ dtype: 'uint8', shape: [2], data: Uint8Array.of(1, 0) });
  });

  it('gives equal bytes for equal contents, whenever it is', async () => {
    vi.useFakeTimers({ now: new Date('2001-02-03'), toFake: ['Date'] });
    const before = await writeHdf5(nested());
    vi.setSystemTime(new Date('2031-04-05'));
    const after = await writeHdf5(nested());
    expect(Buffer.compare(before, after)).toBe(0);
    expect(openHdf5(after, 'f.h5').dataset('layers/dense_29/float64')?.read().data).toEqual(Float64Array.of(Math.PI, -0));
  });

  it('writes several at once', async () => {
    const files = await Promise.all([1, 2, 3].map((n) => writeHdf5({ attributes: { n: String(n) } })));
    expect(files.map((file) => openHdf5(file, 'f.h5').text('n'))).toEqual(['1', '2', '3']);
  });

  it('refuses what it cannot keep, and writes the next', async () => {
    const data = Float32Array.of(1, 2);
    const wrong = (name: string, value: object) => writeHdf5({ datasets: new Map([[name, value as ArrayValue]]) });
    await expect(wrong('a', { dtype: 'float32', shape: [3], data })).rejects.toThrow(
      new ValueError('`/a` must have 3 values for the shape [3], received 2'),
    );
    await expect(wrong('a', { dtype: 'string', shape: [1], data: ['x'] })).rejects.toThrow(
      '`/a` must be an array of numbers, received string',
    );
    for (const name of ['', '.', 'a/b']) await expect(wrong(name, { dtype: 'float32', shape: [2], data })).rejects.toThrow(ValueError);
    expect(
      openHdf5(await wrong('b', { dtype: 'float32', shape: [2], data }), 'f.h5')
        .dataset('b')
        ?.read().data,
    ).toEqual(data);
  });
});
