import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Functional } from '../../../src/keras/engine/functional.js';
import { input } from '../../../src/keras/engine/input.js';
import { dense, dropout, pipeline, randomFlip, stringLookup, timeDistributed } from '../../../src/keras/layers/index.js';
import { loadModel } from '../../../src/keras/saving/load-model.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { randomValues } from './random-layer.js';

describe('pipeline', () => {
  testCases('Pipeline');

  it('trains its layers, and changes nothing at random in inference', async () => {
    const layer = pipeline({ layers: [randomFlip(), dropout({ rate: 0.5 })] });
    const images = tensor(new Float32Array(400).fill(1), [100, 2, 2, 1]);
    expect(new Set(await randomValues(layer, images))).toEqual(new Set([0, 2]));
  });

  it('knows the element type of its input where that is not a float', () => {
    const words = input({ shape: [], dtype: 'string' });
    const ids = pipeline({ layers: [stringLookup({ vocabulary: ['a', 'b'], outputMode: 'one_hot' }), dense({ units: 2 })] }).apply(words);
    expect(ids.shape).toEqual([null, 2]);
  });

  it('is part of other layers', () => {
    const inner = pipeline({ layers: [dense({ units: 4 }), dense({ units: 3 })] });
    expect(timeDistributed({ layer: inner }).apply(input({ shape: [5, 2] })).shape).toEqual([null, 5, 3]);
    expect(inner.trainableWeights.length).toBe(4);
  });

  it('is frozen in a file, too, whose form has no word for that', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fedkeras-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const x = input({ shape: [2] });
    const layer = pipeline({ layers: [dense({ units: 4 })], trainable: false, name: 'before' });
    const model = new Functional({ inputs: x, outputs: dense({ units: 1 }).apply(layer.apply(x)) });
    const path = join(folder, 'model.keras');
    await model.save(path);
    const again = await loadModel(path);
    expect(again.trainableWeights.length).toBe(2);
    expect(again.weights.map((w) => w.value.data)).toEqual(model.weights.map((w) => w.value.data));
    expect(Object.keys(layer.getConfig())).toEqual(['name', 'layers']);
  });

  it('refuses to be empty, and what is no layer', () => {
    expect(() => pipeline({ layers: [] })).toThrow(/`layers` of pipeline\w* must be at least one layer/);
    expect(() => pipeline({ layers: [3 as never] })).toThrow(
      /`layers of Pipeline\[0\]` must be a layer, its name or its config, received 3/,
    );
  });
});
