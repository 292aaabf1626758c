import { describe, expect, it } from 'vitest';
import { randomInvert } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { meanOf, randomValues } from './random-layer.js';

describe('randomInvert', () => {
  testCases('RandomInvert');

  it('inverts the share of images between the bounds', async () => {
    const values = await randomValues(randomInvert({ factor: [0.2, 0.4] }), tensor(new Float32Array(2000).fill(55), [2000, 1, 1, 1]));
    expect(new Set(values)).toEqual(new Set([55, 200]));
    expect(Math.abs(meanOf(values.map((v) => Number(v === 200))) - 0.3)).toBeLessThan(0.05);
  });
});
