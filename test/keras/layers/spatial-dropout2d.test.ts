import { describe, expect, it } from 'vitest';
import { spatialDropout2d } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { meanOf, randomValues } from './random-layer.js';

describe('spatialDropout2d', () => {
  testCases('SpatialDropout2D');

  it('drops whole channels', async () => {
    const values = await randomValues(spatialDropout2d({ rate: 0.5 }), tensor(new Float32Array(2400).fill(1), [200, 2, 2, 3]));
    for (let i = 0; i < 200; i++) {
      for (let c = 0; c < 3; c++) expect(new Set([0, 1, 2, 3].map((place) => values[12 * i + 3 * place + c])).size).toBe(1);
    }
    expect(new Set(values)).toEqual(new Set([0, 2]));
    // Five standard deviations of the share of 600 channels.
    expect(Math.abs(meanOf(values) - 1)).toBeLessThan((5 * 2 * 0.5) / Math.sqrt(600));
  });
});
