import { describe, expect, it } from 'vitest';
import { equalization } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { randomValues } from './random-layer.js';

describe('equalization', () => {
  testCases('Equalization');

  it('spreads values evenly, those of all images of a batch together', async () => {
    const images = tensor(
      Float32Array.from({ length: 256 }, (_, i) => Math.floor(i / 8)),
      [2, 8, 16, 1],
    );
    // 32 values as often as each other.
    expect(await randomValues(equalization(), images)).toEqual(
      Array.from({ length: 256 }, (_, i) => Math.round((Math.floor(i / 8) * 255) / 31)),
    );
  });

  it.each([
    [{ valueRange: [1, 1] }, /`valueRange of Equalization` must be two different numbers, received \[1, 1\]/],
    [{ bins: 0 }, /bins of Equalization/],
  ])('refuses %j', (options, message) => expect(() => equalization(options as never)).toThrow(message));
});
