import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { augMix } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { randomValues } from './random-layer.js';

describe('augMix', () => {
  testCases('AugMix');

  it('draws shares and layers for a batch, and how far layers go for each image', async () => {
    const image = Float32Array.from({ length: 48 }, (_, i) => (i * 37) % 256);
    const images = tensor(
      Float32Array.from({ length: 48 * 50 }, (_, i) => image[i % 48] as number),
      [50, 4, 4, 3],
    );
    const values = await randomValues(augMix(), images);
    expect(new Set(Array.from({ length: 50 }, (_, i) => values.slice(48 * i, 48 * i + 48).join())).size).toBeGreaterThan(40);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(255);
  });

  it('needs three channels for the layers that change colours only', () => {
    expect(() => augMix().apply(input({ shape: [4, 4, 1] }))).toThrow(/layer `aug_mix\w*` needs images of 3 channels/);
    expect(augMix({ allOps: false }).apply(input({ shape: [4, 4, 1] })).shape).toEqual([null, 4, 4, 1]);
  });

  it.each([
    [{ alpha: 0 }, /alpha of AugMix/],
    [{ chainDepth: 0 }, /chainDepth of AugMix/],
    [{ factor: -2 }, /factor of AugMix/],
  ])('refuses %j', (options, message) => expect(() => augMix(options)).toThrow(message));
});
