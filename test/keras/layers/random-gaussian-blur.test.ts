import { describe, expect, it } from 'vitest';
import { randomGaussianBlur } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { meanOf, randomValues } from './random-layer.js';

// A single bright pixel becomes the kernel.
const points = tensor(
  Float32Array.from({ length: 9000 }, (_, i) => (i % 9 === 4 ? 200 : 0)),
  [1000, 3, 3, 1],
);

describe('randomGaussianBlur', () => {
  testCases('RandomGaussianBlur');

  it('blurs the share of images between the bounds, all in the same way, more in one direction than in the other', async () => {
    const values = await randomValues(randomGaussianBlur({ factor: [0.2, 0.4], sigma: [0.5, 1] }), points);
    const images = Array.from({ length: 1000 }, (_, i) => values.slice(9 * i, 9 * i + 9));
    const blurred = images.filter((image) => image[4] !== 200);
    expect(Math.abs(blurred.length / 1000 - 0.3)).toBeLessThan(0.05);
    expect(new Set(blurred.map(String)).size).toBe(1);
    const [, above, , left, middle] = blurred[0] as [number, number, number, number, number];
    // exp(−1 / 2σ²) is how much a neighbour counts.
    const [down, along] = [above, left].map((v) => Math.sqrt(-0.5 / Math.log(v / middle))) as [number, number];
    for (const sigma of [down, along]) {
      expect(sigma).toBeGreaterThan(0.4999);
      expect(sigma).toBeLessThan(1.0001);
    }
    expect(Math.abs(down - along)).toBeGreaterThan(0.01);
    expect(meanOf(blurred[0] as number[]) * 9).toBeCloseTo(200, 3);
  });

  it.each([
    [{ kernelSize: 4 }, /`kernelSize of RandomGaussianBlur` must be odd, received 4/],
    [{ kernelSize: [3, 2] }, /`kernelSize of RandomGaussianBlur` must be odd, received \[3, 2\]/],
    [{ sigma: 1.5 }, /sigma of RandomGaussianBlur/],
    [{ factor: -2 }, /factor of RandomGaussianBlur/],
  ])('refuses %j', (options, message) => expect(() => randomGaussianBlur(options as never)).toThrow(message));
});
