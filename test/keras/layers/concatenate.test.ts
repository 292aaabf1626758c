import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { concatenate } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('concatenate', () => {
  testCases('Concatenate');

  it('refuses inputs that do not fit', () => {
    expect(() => concatenate().apply(input({ shape: [2] }))).toThrow(/needs a list of at least 2 inputs/);
    expect(() => concatenate().apply([input({ shape: [2] }), input({ shape: [2, 2] })])).toThrow(/needs inputs of equal rank/);
    expect(() => concatenate({ axis: 1 }).apply([input({ shape: [2, 3] }), input({ shape: [2, 4] })])).toThrow(/Dimension|dimension/);
  });
});
