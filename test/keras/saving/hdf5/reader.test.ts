/** Files that h5py wrote (cases/make.py), whole, cut off and damaged. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileFormatError } from '../../../../src/errors.js';
import { Hdf5Dataset, type Hdf5Group, openHdf5, writeHdf5 } from '../../../../src/keras/saving/hdf5/index.js';
import { Budget } from '../../../../src/keras/saving/limits.js';
import { Random } from '../../../../src/random.js';

const bytes = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, 'cases', name)));
const open = (name: string) => openHdf5(bytes(name), name);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

/** What the files hold, as h5py's `NUMBERS`. */
const NUMBERS = upTo(60).map((i) => i - 30);
const TYPES: [string, string, (n: number) => number | bigint][] = [
  ['float64', 'float64', (n) => n],
  ['float32', 'float32', (n) => n],
  // JavaScript has no half floats.
  ['float16', 'float32', (n) => n],
  ['int64', 'int64', BigInt],
  ['int32', 'int32', (n) => n],
  ['int16', 'int16', (n) => n],
  ['int8', 'int8', (n) => n],
  ['uint64', 'uint64', (n) => BigInt.asUintN(64, BigInt(n))],
  ['uint32', 'uint32', (n) => n >>> 0],
  ['uint16', 'uint16', (n) => n & 0xffff],
  ['uint8', 'uint8', (n) => n & 0xff],
  ['>f4', 'float32', (n) => n],
  ['>i8', 'int64', BigInt],
  ['bool', 'bool', (n) => Number(n !== 0)],
];

/** Reads all that a file holds. */
function readAll(group: Hdf5Group): number {
  let count = 0;
  for (const name of group.attributeNames) group.attribute(name);
  for (const name of group.names) {
    const member = group.get(name);
    if (member instanceof Hdf5Dataset) count += member.read().data.length;
    else if (member !== undefined) count += readAll(member);
  }
  return count;
}

describe.each(['old.h5', 'new.h5'])('%s', (name) => {
  it.each(TYPES)('has numbers of type %s', (stored, dtype, convert) => {
    const value = open(name).dataset(`types/${stored}`)?.read();
    expect([value?.dtype, value?.shape]).toEqual([dtype, [6, 10]]);
    expect(Array.from(value?.data as Float32Array)).toEqual(NUMBERS.map(convert));
  });

  it.each(['plain', 'gzip', 'all'])('has chunks that do not fit the shape, and filters: %s', (kind) => {
    const { shape, data } = open(name).dataset(`chunks/${kind}`)?.read() ?? {};
    expect(shape).toEqual([6, 10]);
    expect(Array.from(data as Float32Array)).toEqual(NUMBERS);
  });

  it('has scalars, empty arrays and texts', () => {
    const file = open(name);
    expect(file.dataset('scalar')?.read()).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(7.5) });
    expect(file.dataset('empty')?.read()).toEqual({ dtype: 'float32', shape: [0, 3], data: new Float32Array(0) });
    expect(file.dataset('texts')?.read()).toEqual({ dtype: 'string', shape: [3], data: ['one', 'three', ''] });
  });

  it('has attributes', () => {
    const file = open(name);
    expect(file.text('text')).toBe('däs');
    expect([file.texts('texts'), file.texts('fixed'), file.texts('none')]).toEqual([['a', '', 'ccc'], ['a', 'bcd'], []]);
    expect(file.attribute('numbers')?.data).toEqual(Int32Array.of(1, 2, 3));
    expect([file.attribute('other'), file.text('other'), file.texts('other')]).toEqual([undefined, undefined, undefined]);
    expect(() => file.text('texts')).toThrow(`${name}: the root group: attribute texts must be one text`);
    expect(() => file.texts('numbers')).toThrow('attribute numbers must be a list of texts');
  });

  it('has groups of many members and attributes', () => {
    const many = open(name).group('many') as Hdf5Group;
    const sorted = (prefix: string, names: string[]) => expect(new Set(names)).toEqual(new Set(upTo(40).map((i) => `${prefix}_${i}`)));
    sorted('layer', many.names);
    sorted('attribute', many.attributeNames);
    for (const i of [0, 17, 39]) {
      expect(Number(many.attribute(`attribute_${i}`)?.data[0])).toBe(i);
      expect(Number(many.group(`layer_${i}`)?.attribute('number')?.data[0])).toBe(i);
    }
  });

  it('says what is not there, or something else', () => {
    const file = open(name);
    expect([file.get('nothing'), file.group('many/nothing'), file.dataset('scalar/x')]).toEqual([undefined, undefined, undefined]);
    expect(() => file.group('scalar')).toThrow(`${name}: scalar: must be a group`);
    expect(() => file.dataset('many')).toThrow(`${name}: many: must be a dataset`);
  });

  it('is refused when it is cut off, wherever', () => {
    const whole = bytes(name);
    for (let length = 0; length < whole.length; length += 97)
      expect(() => openHdf5(whole.subarray(0, length), name), `${length} bytes`).toThrow(FileFormatError);
  });

  it('is read or refused when it is damaged, wherever: it never hangs, grows or crashes', () => {
    const whole = bytes(name);
    const random = new Random(1);
    let refused = 0;
    for (let i = 0; i < 600; i++) {
      const damaged = whole.slice();
      for (let k = 0; k < 1 + (i % 3); k++) damaged[random.integer(i % 2 ? 4096 : whole.length)] = random.integer(256);
      try {
        readAll(openHdf5(damaged, name));
      } catch (error) {
        if (!(error instanceof FileFormatError)) throw error;
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

describe('hostile files', () => {
  it.each([
    ['soft', 'its member soft is a link to another place, which is not followed'],
    ['elsewhere', 'its member elsewhere is a link to another place, which is not followed'],
    ['raw', 'raw: its values are in another file, which is not supported'],
    ['virtual', 'virtual datasets, whose values are in other files, are not supported'],
  ])('read no other place: %s', (name, message) => {
    const file = open('links.h5');
    expect(() => file.dataset(name)?.read()).toThrow(FileFormatError);
    expect(() => file.dataset(name)?.read()).toThrow(message);
    expect(file.dataset('own')?.read().data).toEqual(new Float32Array(3));
  });

  it('do not unpack to more than allowed, nor claim to', () => {
    expect(() => open('bomb.h5').dataset('zeros')?.read()).toThrow(
      'zeros needs 33554432 bytes, more than is left of the 16777216 that the file may unpack to (see `limits`)',
    );
    expect(() => open('bomb.h5').dataset('unwritten')?.read()).toThrow(/unwritten needs 4398046511104 bytes/);
    const more = openHdf5(bytes('bomb.h5'), 'bomb.h5', new Budget('bomb.h5', bytes('bomb.h5').length, { maxRatio: 1e9 }));
    expect(more.dataset('zeros')?.read().data.length).toBe(2 ** 23);
    expect(() => more.dataset('unwritten')?.read()).toThrow(FileFormatError);
  });

  it('count texts by what they take in memory', async () => {
    const file = await writeHdf5({ attributes: { names: Array.from({ length: 100 }, () => 'a') } });
    expect(openHdf5(file, 'f.h5').texts('names')).toHaveLength(100);
    expect(() => openHdf5(file, 'f.h5', new Budget('f.h5', 1, { maxBytes: 5000 })).texts('names')).toThrow(
      /a list of texts needs 6400 bytes/,
    );
  });

  it.each([
    ['nothing', ''],
    ['something else', 'PK\u0003\u0004 and more'],
    ['the signature alone', '\u0089HDF\r\n\u001a\n'],
  ])('are refused: %s', (_, text) => expect(() => openHdf5(Buffer.from(text, 'latin1'), 'f.h5')).toThrow(FileFormatError));
});
