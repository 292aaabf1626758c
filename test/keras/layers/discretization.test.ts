import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { discretization } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('discretization', () => {
  testCases('Discretization');

  it('refuses boundaries that do not ascend, or none', () => {
    expect(() => discretization({ binBoundaries: [1, 0] }).apply(input({ shape: [3] }))).toThrow(/must ascend, received \[1, 0\]/);
    expect(() => discretization({ numBins: 4 }).apply(input({ shape: [3] }))).toThrow(/`binBoundaries` of layer .* must be given/);
    expect(() => discretization({ binBoundaries: [1], sparse: true })).toThrow(/`sparse of Discretization` must be false/);
  });
});
