import { describe, expect, it } from 'vitest';
import { model } from '../../../src/keras/engine/functional.js';
import { input } from '../../../src/keras/engine/input.js';
import { contrastLimitedAdaptiveHistogramEqualization } from '../../../src/keras/layers/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';

const predict = async (shape: readonly (number | null)[], images: Tensor): Promise<Float32Array> => {
  const x = input({ shape: [...shape] });
  const y = contrastLimitedAdaptiveHistogramEqualization({ tileGridSize: [2, 3] }).apply(x);
  expect(y.shape).toEqual([null, ...shape]);
  return ((await model({ inputs: x, outputs: y }).predict(images)) as Tensor).data as Float32Array;
};

describe('contrastLimitedAdaptiveHistogramEqualization', () => {
  testCases('ContrastLimitedAdaptiveHistogramEqualization');

  it('takes images of any size', async () => {
    const images = tensor(
      Float32Array.from({ length: 2 * 5 * 7 * 2 }, (_, i) => (i * 37) % 256),
      [2, 5, 7, 2],
    );
    expect(await predict([null, null, 2], images)).toEqual(await predict([5, 7, 2], images));
  });

  it('refuses images that are much smaller than the tiles', async () => {
    const layer = contrastLimitedAdaptiveHistogramEqualization({ tileGridSize: [4, 8] });
    expect(() => layer.apply(input({ shape: [2, 3, 1] }))).toThrow(
      /needs images of at least half as many rows and columns as its tiles have, \[4, 8\], received \[null, 2, 3, 1\]/,
    );
    expect(layer.apply(input({ shape: [2, 4, 1] })).shape).toEqual([null, 2, 4, 1]);
    await expect(predict([null, null, 1], tensor(new Float32Array(1), [1, 1, 1, 1]))).rejects.toThrow(/paddings/);
  });

  it.each([
    [{ tileGridSize: [8, 0] }, /tileGridSize of ContrastLimitedAdaptiveHistogramEqualization\[1\]/],
    [{ clipLimit: Number.NaN }, /clipLimit of ContrastLimitedAdaptiveHistogramEqualization/],
  ])('refuses %j', (options, message) => expect(() => contrastLimitedAdaptiveHistogramEqualization(options)).toThrow(message));
});
