import { describe, expect, it } from 'vitest';
import { FileFormatError } from '../../../src/errors.js';
import { parseJson, parseJsonText } from '../../../src/keras/saving/json.js';

const parse = (text: string) => parseJson(new TextEncoder().encode(text), 'f', 'member');

describe('parseJson', () => {
  it("reads Python's numbers, and leaves texts alone", () => {
    const { POSITIVE_INFINITY: inf } = Number;
    expect(parse('{"a": [Infinity, -Infinity, NaN, -1e-7], "NaN": "Infinity \\"NaN\\""}')).toEqual({
      a: [inf, -inf, null, -1e-7],
      NaN: 'Infinity "NaN"',
    });
  });

  it('makes no prototypes', () => {
    const value = parse('{"__proto__": {"polluted": 1}}') as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('takes 256 levels, brackets in texts do not count', () => {
    expect(parse('['.repeat(256) + ']'.repeat(256))).toBeInstanceOf(Array);
    expect(parse(JSON.stringify(`"\\${'['.repeat(1000)}`))).toHaveLength(1002);
    expect(() => parse('['.repeat(257) + ']'.repeat(257))).toThrow(new FileFormatError('f', 'member is nested more than 256 levels deep'));
    expect(() => parse('['.repeat(1e6))).toThrow(FileFormatError);
  });

  it.each(['', '{', 'nan', 'Infinityx', '{"a":}', "{'a': 1}"])('refuses %j', (text) => {
    expect(() => parse(text)).toThrow(FileFormatError);
    expect(() => parse(text)).toThrow(/^f: member is not valid JSON: /);
  });

  it('takes two million values, commas in texts do not count', () => {
    expect(parse(`["${','.repeat(3e6)}"]`)).toHaveLength(1);
    expect(parse(`[${'0,'.repeat(2e6)}0]`)).toHaveLength(2e6 + 1);
    for (const value of ['0', '[]', '{}'])
      expect(() => parse(`[${`${value},`.repeat(2.1e6)}0]`)).toThrow(new FileFormatError('f', 'member has more than 2097152 values'));
  });

  it('refuses more than 64 MiB', () => {
    expect(() => parseJson(new Uint8Array(2 ** 26 + 1), 'f', 'member')).toThrow('f: member is larger than 67108864 bytes');
    expect(() => parseJsonText(' '.repeat(2 ** 26 + 1), 'f', 'member')).toThrow('f: member is longer than 67108864 characters');
  });
});
