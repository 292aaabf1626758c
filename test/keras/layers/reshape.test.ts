import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { reshape } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('reshape', () => {
  testCases('Reshape');

  it('keeps an unknown size', () => {
    expect(reshape({ targetShape: [-1, 2] }).apply(input({ shape: [null, 4] })).shape).toEqual([null, null, 2]);
  });

  it('refuses shapes of another number of values', () => {
    expect(() => reshape({ targetShape: [5] }).apply(input({ shape: [2, 3] }))).toThrow(
      /must hold the 6 values of an example, received \[5\]/,
    );
    expect(() => reshape({ targetShape: [-1, 4] }).apply(input({ shape: [2, 3] }))).toThrow(/must hold the 6 values/);
    expect(() => reshape({ targetShape: [-1, -1] }).apply(input({ shape: [2, 3] }))).toThrow(/may have one -1/);
  });
});
