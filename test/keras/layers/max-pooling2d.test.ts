import { describe, expect, it } from 'vitest';
import { TensorFlowError } from '../../../src/errors.js';
import { input } from '../../../src/keras/engine/input.js';
import { sequential } from '../../../src/keras/engine/sequential.js';
import { maxPooling2d } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';

describe('maxPooling2d', () => {
  testCases('MaxPooling2D');

  it('refuses inputs and options that do not fit, by name', () => {
    expect(() => maxPooling2d().apply(input({ shape: [4, 4] }))).toThrow(/needs an input of 4 axes/);
    expect(() => maxPooling2d({ poolSize: 0 })).toThrow(/`poolSize of MaxPooling2D` must be .* at least 1, received 0/);
  });

  // Libtensorflow's kernel takes images of three channels in `float32`, ours the others.
  it.each([
    [3, 'float32'],
    [4, 'float32'],
    [4, 'mixed_bfloat16'],
  ] as const)('refuses images that a window does not fit into, of known size or not: %i channels, %s', async (channels, dtype) => {
    const images = tensor(new Float32Array(2 * 2 * 2 * channels), [2, 2, 2, channels]);
    const made = (side: number | null) => sequential([input({ shape: [side, side, channels] }), maxPooling2d({ poolSize: 4, dtype })]);
    expect(() => made(2)).toThrow(/Negative dimension size/);
    await expect(made(null).predict(images)).rejects.toThrow(TensorFlowError);
  });
});
