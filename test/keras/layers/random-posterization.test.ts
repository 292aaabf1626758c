import { describe, expect, it } from 'vitest';
import { randomPosterization } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { meanOf, randomValues } from './random-layer.js';

describe('randomPosterization', () => {
  testCases('RandomPosterization');

  it('draws numbers of bits below the upper bound, equally often', async () => {
    const values = await randomValues(randomPosterization({ factor: [2, 5] }), tensor(new Float32Array(3000).fill(255), [3000, 1, 1, 1]));
    for (const bits of [2, 3, 4]) {
      const share = meanOf(values.map((v) => Number(v === 256 - 2 ** (8 - bits))));
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.03);
    }
  });

  it.each([
    [{ factor: [1.5, 3] }, /`factor of RandomPosterization` must be a whole number, received 1.5/],
    [{ factor: 9 }, /factor of RandomPosterization/],
  ])('refuses %j', (options, message) => expect(() => randomPosterization(options as never)).toThrow(message));
});
