import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { batchNormalization, layerRegistry } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('batchNormalization', () => {
  testCases('BatchNormalization');

  it('takes the axis as a list of one, as Keras 2 writes it', () => {
    const layer = layerRegistry.deserialize({ class_name: 'BatchNormalization', config: { axis: [3], fused: true } });
    expect(layer.getConfig()).toMatchObject({ axis: 3, momentum: 0.99, epsilon: 0.001 });
  });

  it('refuses axes that the input does not have, and of unknown size', () => {
    expect(() => batchNormalization({ axis: 2 }).apply(input({ shape: [4] }))).toThrow(
      /must be one of the 2 axes of its input, received 2/,
    );
    expect(() => batchNormalization({ axis: 1 }).apply(input({ shape: [null, 4] }))).toThrow(/axis 1 has a known size/);
    expect(() => batchNormalization({ momentum: 2 })).toThrow(/`momentum of BatchNormalization` must be .* in \[0, 1\], received 2/);
  });
});
