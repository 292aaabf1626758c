import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { conv2d } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('conv2d', () => {
  testCases('Conv2D');

  it('refuses inputs and options that do not fit, by name', () => {
    const image = input({ shape: [5, 5, 3] });
    expect(() => conv2d({ filters: 4, kernelSize: 3, groups: 2 }).apply(image)).toThrow(
      /`groups` of layer .* must divide the 3 channels and the 4 filters/,
    );
    expect(() => conv2d({ filters: 4, kernelSize: 3 }).apply(input({ shape: [5, 3] }))).toThrow(/needs an input of 4 axes/);
    expect(() => conv2d({ filters: 4, kernelSize: 3 }).apply(input({ shape: [5, 5, null] }))).toThrow(/last size is known/);
    expect(() => conv2d({ filters: 4, kernelSize: [3, 3, 3] })).toThrow(/`kernelSize of Conv2D` must be a number or a list of 2/);
    expect(() => conv2d({ filters: 4, kernelSize: 3, dataFormat: 'nchw' as never })).toThrow(
      /`dataFormat of Conv2D` must be one of "channels_last", "channels_first"/,
    );
    expect(() => conv2d({ filters: 4, kernelSize: 9 }).apply(image)).toThrow(/Negative dimension size|negative/i);
  });
});
