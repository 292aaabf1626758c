import { describe, expect, it } from 'vitest';
import { gaussianDropout } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { deviationOf, meanOf, randomValues } from './random-layer.js';

describe('gaussianDropout', () => {
  testCases('GaussianDropout');

  it('multiplies by normal factors of mean 1 and standard deviation √(rate / (1 - rate))', async () => {
    const values = await randomValues(gaussianDropout({ rate: 0.2 }), tensor(new Float32Array(10000).fill(3), [100, 100]));
    expect(meanOf(values)).toBeCloseTo(3, 1);
    expect(deviationOf(values) / 3).toBeCloseTo(0.5, 1);
  });
});
