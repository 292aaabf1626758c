import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { stringLookup } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('stringLookup', () => {
  testCases('StringLookup');

  it('refuses vocabularies that are none', () => {
    const text = input({ shape: [2], dtype: 'string' });
    expect(() => stringLookup().apply(text)).toThrow(/has no `vocabulary`/);
    expect(() => stringLookup({ vocabulary: ['a', 'a'] }).apply(text)).toThrow(/each entry of `vocabulary` once, received "a" twice/);
    expect(() => stringLookup({ vocabulary: ['a', ''], maskToken: '' }).apply(text)).toThrow(/its special entries first/);
    expect(() => stringLookup({ vocabulary: ['a', 'b'], maxTokens: 2 }).apply(text)).toThrow(
      /may have 2 entries by `maxTokens`, received 3/,
    );
    expect(() => stringLookup({ vocabulary: ['a'], outputMode: 'tf_idf' }).apply(text)).toThrow(
      /must have `idfWeights` in the mode tf_idf/,
    );
    expect(() => stringLookup({ vocabulary: ['a'] }).apply(input({ shape: [2], dtype: 'int32' }))).toThrow(/needs an input of strings/);
  });
});
