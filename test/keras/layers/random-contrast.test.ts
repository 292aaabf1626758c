import { describe, expect, it } from 'vitest';
import { randomContrast } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { randomValues } from './random-layer.js';

describe('randomContrast', () => {
  testCases('RandomContrast');

  it('stretches each image around its mean', async () => {
    const images = tensor(
      Float32Array.from({ length: 400 }, (_, i) => [90, 110][i % 2] as number),
      [100, 2, 2, 1],
    );
    const values = await randomValues(randomContrast({ factor: [0.5, 0.2] }), images);
    const factors = Array.from({ length: 100 }, (_, i) => ((values[4 * i + 1] as number) - (values[4 * i] as number)) / 20);
    factors.forEach((f, i) => {
      expect((values[4 * i] as number) + (values[4 * i + 1] as number)).toBeCloseTo(200, 3);
      // The bounds are put in order: from 1 - 0.2 to 1 + 0.5.
      expect(f).toBeGreaterThanOrEqual(0.7999);
      expect(f).toBeLessThanOrEqual(1.5001);
    });
    expect(new Set(factors).size).toBeGreaterThan(90);
  });
});
