import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { conv1d } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('conv1d', () => {
  testCases('Conv1D');

  it('refuses a padding that it does not know, and too many axes', () => {
    expect(() => conv1d({ filters: 1, kernelSize: 2, padding: 'full' as never })).toThrow(
      /`padding of Conv1D` must be one of "valid", "same", "causal"/,
    );
    expect(() => conv1d({ filters: 1, kernelSize: 2 }).apply(input({ shape: [4, 4, 1] }))).toThrow(/needs an input of 3 axes/);
  });
});
