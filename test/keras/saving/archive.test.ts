import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FileFormatError, ValueError } from '../../../src/errors.js';
import { type KerasArchive, readArchive, writeArchive } from '../../../src/keras/saving/archive.js';
import { Budget, type ReadLimits } from '../../../src/keras/saving/limits.js';
import { Random } from '../../../src/random.js';

const CONTENT: KerasArchive = {
  config: { class_name: 'Sequential', config: { rate: 1e-7, name: 'ä' } },
  metadata: { keras_version: '3.0.0' },
  weights: Uint8Array.from({ length: 300 }, (_, i) => i),
  assets: new Map([['layers/string_lookup/vocabulary.txt', strToU8('a\nb')]]),
};
const MEMBERS = { 'config.json': strToU8('{}'), 'metadata.json': strToU8('{}'), 'model.weights.h5': Uint8Array.of(1, 2, 3) };

const refusal = (bytes: Uint8Array, limits?: ReadLimits): string => {
  try {
    readArchive(bytes, 'm.keras', new Budget('m.keras', bytes.length, limits));
  } catch (error) {
    expect(error).toBeInstanceOf(FileFormatError);
    return (error as FileFormatError).message;
  }
  return expect.fail('nothing was thrown');
};
/** Where a field of the first entry of the directory is. */
const entry = (bytes: Uint8Array, field: number): number => Buffer.from(bytes).indexOf('PK\u0001\u0002') + field;
const changed = (bytes: Uint8Array, at: number, ...values: number[]): Uint8Array => {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
};

describe('an archive', () => {
  it('is read as it was written', () => expect(readArchive(writeArchive(CONTENT), 'm.keras')).toEqual(CONTENT));

  it('has equal bytes for equal contents', () => expect(writeArchive(CONTENT)).toEqual(writeArchive(CONTENT)));

  it('may be compressed, in a larger buffer, and have a comment', () => {
    const zip = Buffer.from(zipSync(MEMBERS, { level: 9 }));
    zip.writeUInt16LE(5, zip.length - 2);
    const pool = Buffer.concat([Buffer.alloc(7, 0xff), zip, Buffer.from('hello')]);
    const { config, weights } = readArchive(pool.subarray(7), 'm.keras');
    expect(config).toEqual({});
    expect(Array.from(weights)).toEqual([1, 2, 3]);
  });

  it('may have folders and be without metadata', () => {
    const { metadata, assets } = readArchive(
      zipSync({ 'config.json': strToU8('{}'), 'model.weights.h5': new Uint8Array(1), 'assets/': new Uint8Array(0) }),
      'm.keras',
    );
    expect([metadata, assets.size]).toEqual([{}, 0]);
  });

  it('cannot hold numbers that JSON has not', () => {
    const config = { config: { rate: Number.NaN } };
    expect(() => writeArchive({ ...CONTENT, config })).toThrow(
      new ValueError('`rate` in config.json must be a finite number, received NaN'),
    );
  });
});

describe('is refused, naming the file:', () => {
  it('what is no zip, or cut off anywhere', () => {
    const whole = writeArchive(CONTENT);
    for (let length = 0; length < whole.length; length += 3) expect(refusal(whole.subarray(0, length))).toMatch(/^m\.keras: /);
    expect(refusal(whole.subarray(0, 100))).toBe('m.keras: not a zip archive, or truncated: it has no end-of-directory record');
  });

  it('what is damaged anywhere', () => {
    const whole = writeArchive(CONTENT);
    const random = new Random(3);
    for (let i = 0; i < 500; i++) {
      const at = random.integer(whole.length);
      const damaged = changed(whole, at, (whole[at] as number) ^ (1 + random.integer(255)));
      try {
        // Some bytes say nothing: dates, versions. All that is read is then as it was.
        expect(readArchive(damaged, 'm.keras').weights).toEqual(CONTENT.weights);
      } catch (error) {
        if (!(error instanceof FileFormatError)) throw error;
      }
    }
    const middle = Buffer.from(whole).indexOf(Buffer.from(CONTENT.weights)) + 100;
    expect(refusal(changed(whole, middle, 0))).toBe('m.keras: model.weights.h5 is damaged: its checksum does not match');
  });

  it.each([
    ['config.json', 'the archive has no member config.json; it has metadata.json, model.weights.h5'],
    ['model.weights.h5', 'the archive has no member model.weights.h5; it has config.json, metadata.json'],
  ])('an archive without %s', (name, message) => {
    const rest = Object.fromEntries(Object.entries(MEMBERS).filter(([key]) => key !== name));
    expect(refusal(zipSync(rest))).toBe(`m.keras: ${message}`);
  });

  it('weights in another format', () => {
    const { 'model.weights.h5': weights, ...rest } = MEMBERS;
    expect(refusal(zipSync({ ...rest, 'model.weights.npz': weights }))).toContain('save the model with weights_format="h5"');
  });

  it.each(['../evil', 'assets/../../evil', '/etc/passwd', 'C:evil', 'a\\..\\evil', 'assets/./x', 'a\0b'])(
    'a name that leads out: %j',
    (name) => {
      expect(refusal(zipSync({ ...MEMBERS, [name]: new Uint8Array(1) }))).toContain('leads out of the archive');
    },
  );

  it('two members of one name', () => {
    const zip = Buffer.from(zipSync({ ...MEMBERS, 'config.jsoN': strToU8('{"evil":1}') }, { level: 0 }));
    for (let at = zip.indexOf('config.jsoN'); at >= 0; at = zip.indexOf('config.jsoN')) zip.write('config.json', at);
    expect(refusal(zip)).toBe('m.keras: the archive has two members config.json');
  });

  it('encrypted members, other compressions, several parts, zip64', () => {
    const zip = zipSync(MEMBERS, { level: 0 });
    expect(refusal(changed(zip, entry(zip, 8), 1))).toBe('m.keras: config.json is encrypted');
    expect(refusal(changed(zip, entry(zip, 10), 12))).toBe('m.keras: config.json is compressed by the unsupported method 12');
    expect(refusal(changed(zip, zip.length - 22 + 4, 1))).toContain('one of several parts, or damaged');
    expect(refusal(changed(zip, zip.length - 22 + 10, 0xff, 0xff))).toContain('zip64 archives (4 GiB and more) are not supported');
  });

  it('offsets and sizes that lie', () => {
    const zip = zipSync(MEMBERS, { level: 0 });
    expect(refusal(changed(zip, zip.length - 22 + 16, 0xff, 0xff, 0xff))).toContain(
      'the directory of the archive lies outside of the file',
    );
    expect(refusal(changed(zip, entry(zip, 42), 0xff, 0xff, 0xff))).toContain('config.json is not where the directory of the archive says');
    expect(refusal(changed(zip, entry(zip, 20), 0xff, 0xff))).toContain('config.json is truncated');
    expect(refusal(changed(zip, entry(zip, 24), 5))).toBe('m.keras: config.json unpacks to 2 bytes, its header says 5');
    const packed = zipSync({ ...MEMBERS, 'config.json': strToU8(`{"a":"${'x'.repeat(1000)}"}`) }, { level: 9 });
    expect(refusal(changed(packed, entry(packed, 24), 5, 0))).toContain('config.json cannot be decompressed');
  });

  it('bombs, before anything is allocated', () => {
    // 64 MiB of zeros in 64 KiB.
    const bomb = zipSync({ ...MEMBERS, 'model.weights.h5': new Uint8Array(2 ** 26) }, { level: 9 });
    expect(refusal(bomb)).toMatch(/model\.weights\.h5 needs 67108864 bytes, more than is left of the 16777216 that the file may unpack to/);
    expect(readArchive(bomb, 'm.keras', new Budget('m.keras', bomb.length, { maxRatio: 1e4 })).weights.length).toBe(2 ** 26);
    expect(refusal(bomb, { maxRatio: 1e4, maxBytes: 2 ** 25 })).toContain('33554432');
    // A size of 4 GiB that nothing is behind.
    expect(refusal(changed(bomb, entry(bomb, 24), 0xfe, 0xff, 0xff, 0xff))).toContain('config.json needs 4294967294 bytes');
  });

  it.each([
    ['{', 'config.json is not valid JSON'],
    ['"\ud800', 'config.json is not valid JSON'],
    ['[]'.repeat(2), 'config.json is not valid JSON'],
    ['['.repeat(300) + ']'.repeat(300), 'config.json is nested more than 256 levels deep'],
  ])('a config that is no JSON: %j', (text, message) =>
    expect(refusal(zipSync({ ...MEMBERS, 'config.json': strToU8(text) }))).toContain(message),
  );

  it('a config that is no text, and metadata that are no object', () => {
    expect(refusal(zipSync({ ...MEMBERS, 'config.json': Uint8Array.of(0x22, 0xff, 0x22) }))).toContain('config.json is not valid UTF-8');
    expect(refusal(zipSync({ ...MEMBERS, 'metadata.json': strToU8('[]') }))).toBe('m.keras: metadata.json must be an object');
  });
});
