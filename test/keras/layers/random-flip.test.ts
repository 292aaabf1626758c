import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { randomFlip } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { randomValues } from './random-layer.js';

const images = tensor(
  Float32Array.from({ length: 400 }, (_, i) => i % 4),
  [100, 2, 2, 1],
);
const flipped = async (mode?: 'horizontal' | 'vertical'): Promise<Set<string>> => {
  const values = await randomValues(randomFlip(mode === undefined ? {} : { mode }), images);
  return new Set(Array.from({ length: 100 }, (_, i) => values.slice(4 * i, 4 * i + 4).join('')));
};

describe('randomFlip', () => {
  testCases('RandomFlip');

  it('flips some images and leaves others, in training', async () => {
    expect(await flipped('horizontal')).toEqual(new Set(['0123', '1032']));
    expect(await flipped('vertical')).toEqual(new Set(['0123', '2301']));
    expect(await flipped()).toEqual(new Set(['0123', '3210']));
  });

  it('refuses what is no batch of images', () => {
    expect(() => randomFlip().apply(input({ shape: [4, 4] }))).toThrow(/needs an input \[batch, height, width, channels\]/);
    expect(() => randomFlip({ mode: 'sideways' as never })).toThrow(/`mode of RandomFlip` must be one of "horizontal"/);
  });
});
