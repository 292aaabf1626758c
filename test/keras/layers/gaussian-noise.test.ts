import { describe, expect, it } from 'vitest';
import { gaussianNoise } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { deviationOf, meanOf, randomValues } from './random-layer.js';

describe('gaussianNoise', () => {
  testCases('GaussianNoise');

  it('adds normal noise of its standard deviation', async () => {
    const values = await randomValues(gaussianNoise({ stddev: 0.7 }), tensor(new Float32Array(10000).fill(3), [100, 100]));
    expect(meanOf(values)).toBeCloseTo(3, 1);
    expect(deviationOf(values)).toBeCloseTo(0.7, 1);
  });
});
