import { describe, expect, it } from 'vitest';
import { FileFormatError, ValueError } from '../../../src/errors.js';
import { Budget } from '../../../src/keras/saving/limits.js';

describe('what a file may unpack to', () => {
  it('is a hundred times its size, but 16 MiB of any and no more than 4 GiB', () => {
    const most = (bytes: number): number => {
      try {
        new Budget('f', bytes).take(2 ** 50, 'all');
      } catch (error) {
        return Number(/of the (\d+) that/.exec((error as FileFormatError).message)?.[1]);
      }
      return expect.fail('nothing was thrown');
    };
    expect([1, 2 ** 20, 2 ** 40].map(most)).toEqual([2 ** 24, 100 * 2 ** 20, 2 ** 32]);
  });

  it('is used up by what is taken', () => {
    const budget = new Budget('f', 1, { maxBytes: 100 });
    budget.take(60, 'a');
    budget.take(40, 'b');
    expect(() => budget.take(1, 'c')).toThrow(
      new FileFormatError('f', 'c needs 1 bytes, more than is left of the 100 that the file may unpack to (see `limits`)'),
    );
    for (const wrong of [Number.NaN, -1, Number.POSITIVE_INFINITY]) expect(() => budget.take(wrong, 'd')).toThrow(FileFormatError);
  });

  it('has limits that are numbers', () => {
    expect(() => new Budget('f', 1, { maxBytes: 0 })).toThrow(ValueError);
    expect(() => new Budget('f', 1, { maxRatio: '9' as never })).toThrow(TypeError);
    expect(() => new Budget('f', 1, { bytes: 9 } as never)).toThrow('has no option `bytes`');
  });
});
