import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { normalization } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';

describe('normalization', () => {
  testCases('Normalization');

  it('takes mean and variance from data', () => {
    const layer = normalization();
    layer.adapt(
      tensor([
        [1, 10],
        [3, 10],
        [5, 40],
      ]),
    );
    const [mean, variance] = layer.weights.map((w) => Array.from(w.value.data, Number));
    expect(mean).toEqual([3, 20]);
    expect(variance?.map((v) => v.toFixed(4))).toEqual(['2.6667', '200.0000']);
  });

  it('refuses values that do not fit', () => {
    expect(() => normalization({ mean: 1 })).toThrow(/`mean` and `variance` of Normalization must be given together/);
    expect(() => normalization({ mean: [1, 2], variance: [1] })).toThrow(/must have the same shape/);
    expect(() => normalization({ mean: [1, 2], variance: [1, 2] }).apply(input({ shape: [3] }))).toThrow(
      /`mean` of layer .* must fit the axes \[-1\]/,
    );
    expect(() => normalization({ axis: 3 }).apply(input({ shape: [3] }))).toThrow(/must be among the 2 axes/);
    expect(() => normalization({ mean: 1, variance: 1 }).adapt(tensor([[1]]))).toThrow(/has a mean of its own/);
  });
});
