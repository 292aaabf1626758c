import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { layerRegistry, randAugment } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { randomValues } from './random-layer.js';

describe('randAugment', () => {
  testCases('RandAugment');

  it('draws layers for a batch, and how far they go for each image', async () => {
    const image = Float32Array.from({ length: 48 }, (_, i) => (i * 37) % 256);
    const images = tensor(
      Float32Array.from({ length: 48 * 50 }, (_, i) => image[i % 48] as number),
      [50, 4, 4, 3],
    );
    const values = await randomValues(randAugment(), images);
    const different = new Set(Array.from({ length: 50 }, (_, i) => values.slice(48 * i, 48 * i + 48).join()));
    expect(different.size).toBeGreaterThan(40);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(255.001);
  });

  it('refuses images that are not coloured, channels that are first, and options out of their bounds', () => {
    expect(() => randAugment().apply(input({ shape: [4, 4, 1] }))).toThrow(/layer `rand_augment\w*` needs images of 3 channels/);
    const config = { class_name: 'RandAugment', config: { data_format: 'channels_first' } };
    expect(() => layerRegistry.deserialize(config)).toThrow(/dataFormat of RandAugment/);
    expect(() => randAugment({ factor: 2 })).toThrow(/factor of RandAugment/);
    expect(() => randAugment({ numOps: 0 })).toThrow(/numOps of RandAugment/);
  });
});
