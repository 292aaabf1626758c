import { describe, expect, it } from 'vitest';
import { keras } from '../../../src/index.js';
import { layerRegistry } from '../../../src/keras/layers/index.js';
import { casesOf, checkCase } from './keras-cases.js';

describe('channels_first', () => {
  it.each(casesOf('channels-first').map((c, i) => [`${c.config.class_name}, case ${i}`, c] as const))('%s', (_, c) =>
    checkCase(layerRegistry.deserialize(c.config), c),
  );

  it('goes on in a model, whose shapes it decides', () => {
    const layers = [
      keras.layers.conv2d({ filters: 8, kernelSize: 3, dataFormat: 'channels_first' }),
      keras.layers.maxPooling2d({ dataFormat: 'channels_first' }),
      keras.layers.globalAveragePooling2d({ dataFormat: 'channels_first' }),
    ];
    const model = keras.sequential([keras.input({ shape: [3, 10, 12] }), ...layers]);
    expect(model.layers.map((l) => l.nodes[0]?.outputs[0]?.shape)).toEqual([
      [null, 8, 8, 10],
      [null, 8, 4, 5],
      [null, 8],
    ]);
    expect(layers[0]?.weights.map((w) => w.shape)).toEqual([[3, 3, 3, 8], [8]]);
  });

  it('must be one of two', () => {
    expect(() => keras.layers.flatten({ dataFormat: 'first' as never })).toThrow(/"channels_last", "channels_first"/);
  });
});
