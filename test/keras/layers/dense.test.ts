import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { dense } from '../../../src/keras/layers/index.js';
import { checkLayer } from '../../../src/testing/check-layer.js';
import { testCases } from './keras-cases.js';

describe('dense', () => {
  testCases('Dense');

  it('multiplies, adds and activates', () =>
    checkLayer({
      layer: dense({ units: 2, activation: 'relu' }),
      inputs: [
        [1, 2],
        [-1, 0.5],
      ],
      weights: [
        [
          [1, -1],
          [2, 0.5],
        ],
        [0.5, -0.25],
      ],
      expected: [
        [5.5, 0],
        [0.5, 1],
      ],
    }));

  it('refuses inputs and options that do not fit, by name', () => {
    expect(() => dense({ units: 2 }).apply(input({ batchShape: [null] }))).toThrow(/needs an input of at least 2 axes/);
    expect(() => dense({ units: 2 }).apply(input({ shape: [null] }))).toThrow(/last size is known/);
    expect(() => dense({ units: 0 })).toThrow(/`units of Dense` must be a finite number of at least 1, received 0/);
    expect(() => dense({} as never)).toThrow(/`units` of Dense must be given/);
    expect(() => dense({ units: 1, useBiass: true } as never)).toThrow(/has no option `useBiass`/);
  });
});
