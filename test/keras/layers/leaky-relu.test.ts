import { describe, expect, it } from 'vitest';
import { layerRegistry } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('leakyReLU', () => {
  testCases('LeakyReLU');

  it('knows the name that Keras 2 has for its option', () => {
    const layer = layerRegistry.deserialize({ class_name: 'LeakyReLU', config: { alpha: 0.2 } });
    expect(layer.getConfig()).toMatchObject({ negative_slope: 0.2 });
  });
});
