import { describe, expect, it } from 'vitest';
import { embedding } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { applyTo, compileLayer } from '../../../src/testing/evaluate-layer.js';
import { testCases } from './keras-cases.js';

describe('embedding', () => {
  testCases('Embedding');

  it('fails for numbers that have no vector', async () => {
    const layer = embedding({ inputDim: 3, outputDim: 2 });
    const x = tensor(Int32Array.of(0, 3), [2, 1]);
    applyTo(layer, x);
    await expect(
      compileLayer(layer, x, { training: false })(
        x,
        layer.weights.map((w) => w.value),
      ),
    ).rejects.toThrow(/3 is not in \[0, 3\)/);
  });
});
