import { describe, expect, it } from 'vitest';
import { randomBrightness } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { deviationOf, meanOf, randomValues } from './random-layer.js';

describe('randomBrightness', () => {
  testCases('RandomBrightness');

  it('adds one number to each image, evenly spread between the bounds', async () => {
    const images = tensor(new Float32Array(4000).fill(100), [1000, 2, 2, 1]);
    const values = await randomValues(randomBrightness({ factor: [-0.1, 0.3] }), images);
    const added = Array.from({ length: 1000 }, (_, i) => {
      expect(new Set(values.slice(4 * i, 4 * i + 4)).size).toBe(1);
      return ((values[4 * i] as number) - 100) / 255;
    });
    expect(Math.min(...added)).toBeGreaterThanOrEqual(-0.1001);
    expect(Math.max(...added)).toBeLessThanOrEqual(0.3001);
    // Mean (a + b) / 2 and deviation (b - a) / √12 of a uniform distribution.
    expect(meanOf(added)).toBeCloseTo(0.1, 1);
    expect(deviationOf(added)).toBeCloseTo(0.4 / Math.sqrt(12), 1);
  });

  it.each([
    [{ factor: 2 }, /factor of RandomBrightness/],
    [{ factor: 0.1, valueRange: 3 }, /valueRange of RandomBrightness/],
  ])('refuses %j', (options, message) => expect(() => randomBrightness(options as never)).toThrow(message));
});
