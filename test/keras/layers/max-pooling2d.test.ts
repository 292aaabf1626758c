import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { maxPooling2d } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('maxPooling2d', () => {
  testCases('MaxPooling2D');

  it('refuses inputs and options that do not fit, by name', () => {
    expect(() => maxPooling2d().apply(input({ shape: [4, 4] }))).toThrow(/needs an input of 4 axes/);
    expect(() => maxPooling2d({ poolSize: 0 })).toThrow(/`poolSize of MaxPooling2D` must be .* at least 1, received 0/);
  });
});
