import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { hashing } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('hashing', () => {
  testCases('Hashing');

  it("has Keras's element type where none is given, which Keras wants in files", () => {
    expect(hashing({ numBins: 3 }).getConfig().dtype).toBe('int64');
    expect(hashing({ numBins: 3, outputMode: 'one_hot' }).getConfig().dtype).toBe('float32');
  });

  it.each(['float32', 'int8', 'uint32', 'mixed_bfloat16'])('refuses numbers of buckets as %s, as Keras does', (dtype) => {
    expect(() => hashing({ numBins: 3, dtype })).toThrow(/`dtype of layer hashing\w*` must be int32 or int64/);
    expect(() => hashing({ numBins: 3, outputMode: 'count', dtype })).not.toThrow();
  });

  it('refuses a mask of another type, and keys that are none', () => {
    expect(() => hashing({ numBins: 3, maskValue: 'a' }).apply(input({ shape: [2], dtype: 'int32' }))).toThrow(
      /`maskValue` of layer .* must be a value of its input/,
    );
    expect(() => hashing({ numBins: 3, salt: [1, 2, 3] as never })).toThrow(/`salt of Hashing` must be a whole number or two/);
  });
});
