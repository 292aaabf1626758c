import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { windowField, windowValues } from '../../../src/keras/initializers/windows.js';

interface Case {
  readonly names: readonly string[];
  readonly values: readonly (readonly [length: number, periodic: boolean, values: readonly number[]])[];
}

const cases = readFileSync(new URL('cases/windows.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');

describe('a window by name', () => {
  it.each(cases.map((line) => JSON.parse(line) as Case).map((c) => [c.names[0], c] as const))('has the values of scipy: %s', (_, c) => {
    for (const name of c.names) {
      expect(windowField().parse('window', name)).toBe(name);
      for (const [length, periodic, values] of c.values) {
        const own = windowValues(name, length, periodic);
        expect(own.length).toBe(values.length);
        values.forEach((v, i) => expect(own[i]).toBeCloseTo(v, 7));
      }
    }
  });
});

describe('a window', () => {
  it('may be values, none, or an array in a config', () => {
    const { parse } = windowField(['hann']);
    expect(parse('window', null)).toBeNull();
    expect(parse('window', { class_name: '__numpy__', config: { value: [1, 2], dtype: 'float64' } })).toEqual([1, 2]);
    expect(windowValues([1, 2, 3], 3, true)).toEqual(Float64Array.of(1, 2, 3));
  });

  it('must be a known one, of the length of a frame', () => {
    const { parse } = windowField(['hann']);
    expect(() => parse('window', 'hamming')).toThrow(/`window` must be one of "hann", received "hamming"/);
    expect(() => windowField().parse('window', 'kaiser')).toThrow(/`window` must be one of "barthann", /);
    expect(() => parse('window', ['1'])).toThrow(/`window\[0\]` must be a number/);
    expect(() => windowValues([1, 2], 3, false)).toThrow(/`window` must have 3 values, as a frame has, received 2/);
  });
});
