import { describe, expect, it } from 'vitest';
import { Functional } from '../../../src/keras/engine/functional.js';
import { input } from '../../../src/keras/engine/input.js';
import type { Layer } from '../../../src/keras/engine/layer.js';
import { conv2d, dense, flatten, globalAveragePooling2d, layerRegistry, randomCrop } from '../../../src/keras/layers/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { assertClose } from '../../../src/testing/compare.js';
import { applyTo, compileLayer, type Evaluation } from '../../../src/testing/evaluate-layer.js';
import { casesOf, checkCase, fromJson } from './keras-cases.js';

const run = (layer: Layer, x: Tensor, options: { readonly training: boolean; readonly gradients?: boolean }): Promise<Evaluation> =>
  compileLayer(
    layer,
    x,
    options,
  )(
    x,
    layer.weights.map((w) => w.value),
  );

describe('randomCrop', () => {
  casesOf('RandomCrop').forEach((c, i) => {
    const training = fromJson(c.training as NonNullable<typeof c.training>);
    it(`gives what Keras gives, case ${i}`, async () => {
      const layer = layerRegistry.deserialize(c.config);
      if (c.output.shape.join() === training.shape.join()) return checkCase(layer, c);
      const x = fromJson(c.inputs[0] as (typeof c.inputs)[0]);
      expect(applyTo(layer, x)[0]?.shape.filter((size) => size === null)).toHaveLength(3);
      // Keras casts whole numbers in training only.
      assertClose((await run(layer, x, { training: false })).outputs[0], fromJson({ ...c.output, dtype: 'float32' }), 'output');
      assertClose((await run(layer, x, { training: true })).outputs[0], training, 'output in training');
    });
  });

  it('cuts the same place out of all images of a batch, each place equally often', async () => {
    const x = input({ shape: [3, 2, 1] });
    const outputs = Array.from({ length: 300 }, () => randomCrop({ height: 1, width: 1 }).apply(x));
    const images = tensor([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], [2, 3, 2, 1]);
    const drawn = await run(new Functional({ inputs: x, outputs }), images, { training: true });
    const counts = new Array<number>(6).fill(0);
    for (const { data } of drawn.outputs) {
      expect(data[0]).toBe(data[1]);
      (counts[data[0] as number] as number)++;
    }
    // Binomial: 50 of 300 with a deviation of 6.5.
    for (const count of counts) expect(Math.abs(count - 50)).toBeLessThan(26);
  });

  it('is followed by layers for images of any size, which are differentiated in both modes', async () => {
    const x = input({ shape: [6, 5, 1] });
    const small = randomCrop({ height: 3, width: 3 }).apply(conv2d({ filters: 2, kernelSize: 1 }).apply(x));
    const y = globalAveragePooling2d().apply(conv2d({ filters: 2, kernelSize: 3 }).apply(small));
    const model = new Functional({ inputs: x, outputs: dense({ units: 1 }).apply(y) });
    const images = tensor(
      Float32Array.from({ length: 30 }, (_, i) => i),
      [1, 6, 5, 1],
    );
    for (const training of [false, true]) {
      const { outputs, gradients } = await run(model, images, { training, gradients: true });
      expect(outputs[0]?.shape).toEqual([1, 1]);
      expect(gradients.every((g) => [...g.data].some((v) => v !== 0))).toBe(true);
    }
  });

  it('refuses to be followed by layers for one size, unless images are of it', () => {
    const parts = (shape: readonly number[]) => randomCrop({ height: 3, width: 3 }).apply(input({ shape }));
    expect(() => dense({ units: 2 }).apply(flatten().apply(parts([4, 4, 1])))).toThrow(/last size is known, received \[null, null\]/);
    expect(dense({ units: 2 }).apply(flatten().apply(parts([3, 3, 1]))).shape).toEqual([null, 2]);
  });

  it('refuses images of unknown size, and parts of none', () => {
    expect(() => randomCrop({ height: 2, width: 2 }).apply(input({ shape: [null, 4, 3] }))).toThrow(
      /needs images of a known size, received \[null, null, 4, 3\]/,
    );
    expect(() => randomCrop({ height: 0, width: 2 })).toThrow(/height of RandomCrop/);
  });
});
