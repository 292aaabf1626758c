import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { randomErasing } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { deviationOf, meanOf, randomValues } from './random-layer.js';

/** For each of `count` images of ones, how many rows and columns have zeros. */
async function erasedSides(options: object, count: number, size: number): Promise<readonly (readonly [number, number])[]> {
  const layer = randomErasing({ factor: [1, 1], fillValue: 0, ...options });
  const values = await randomValues(layer, tensor(new Float32Array(count * size * size).fill(1), [count, size, size, 1]));
  return Array.from({ length: count }, (_, i) => {
    const erased = Array.from({ length: size * size }, (_, k) => k).filter((k) => values[i * size * size + k] === 0);
    const [rows, columns] = [new Set(erased.map((k) => Math.floor(k / size))), new Set(erased.map((k) => k % size))];
    expect(erased.length, 'a rectangle').toBe(rows.size * columns.size);
    return [rows.size, columns.size];
  });
}

describe('randomErasing', () => {
  testCases('RandomErasing');

  it('erases the share of images between the bounds', async () => {
    const values = await randomValues(
      randomErasing({ factor: [0.2, 0.6], scale: [1, 1], fillValue: 7 }),
      tensor(new Float32Array(4000).fill(50), [2000, 1, 2, 1]),
    );
    expect(new Set(values)).toEqual(new Set([7, 50]));
    const erased = Array.from({ length: 2000 }, (_, i) => {
      expect(values[2 * i]).toBe(values[2 * i + 1]);
      return Number(values[2 * i] === 7);
    });
    expect(Math.abs(meanOf(erased) - 0.4)).toBeLessThan(0.05);
  });

  it('puts the rectangle anywhere', async () => {
    const layer = randomErasing({ factor: [1, 1], scale: [0.25, 0.25], fillValue: 0 });
    const values = await randomValues(layer, tensor(new Float32Array(32_000).fill(1), [2000, 4, 4, 1]));
    const found = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      const image = values.slice(16 * i, 16 * i + 16).join('');
      found.set(image, (found.get(image) ?? 0) + 1);
    }
    // Two pixels from a place in [0, 2]: those after it are the second and third or the third and fourth, in each direction.
    expect([...found.keys()].sort()).toEqual(['1111100110011111', '1111110011001111', '1111111110011001', '1111111111001100']);
    for (const times of found.values()) expect(Math.abs(times / 2000 - 0.25)).toBeLessThan(0.05);
  });

  it('draws height and width by themselves, their squares evenly spread between the bounds', async () => {
    const sides = await erasedSides({ scale: [0.04, 0.64] }, 600, 50);
    const [heights, widths] = [0, 1].map((k) => sides.map((side) => ((side[k] as number) / 50) ** 2)) as [number[], number[]];
    for (const squares of [heights, widths]) {
      // A side of n and a half pixels covers n or n + 1.
      expect(Math.min(...squares)).toBeGreaterThan(0.18 ** 2);
      expect(Math.max(...squares)).toBeLessThan(0.82 ** 2);
      expect(Math.abs(meanOf(squares) - 0.34)).toBeLessThan(0.03);
      expect(Math.abs(deviationOf(squares) - 0.6 / Math.sqrt(12))).toBeLessThan(0.02);
    }
    const products = heights.map((height, i) => (height - meanOf(heights)) * ((widths[i] as number) - meanOf(widths)));
    expect(Math.abs(meanOf(products) / (deviationOf(heights) * deviationOf(widths)))).toBeLessThan(0.15);
  });

  it('fills with noise that is normal, and clipped', async () => {
    const layer = randomErasing({ factor: [1, 1], scale: [1, 1], valueRange: [-1, 2] });
    const values = await randomValues(layer, tensor(new Float32Array(6000).fill(0.5), [2, 10, 100, 3]));
    const share = (holds: (v: number) => boolean): number => meanOf(values.map((v) => Number(holds(v))));
    // Φ(−1/2) and 1 − Φ(1) for a standard deviation of 2.
    expect(Math.abs(share((v) => v === -1) - 0.3085)).toBeLessThan(0.02);
    expect(Math.abs(share((v) => v === 2) - 0.1587)).toBeLessThan(0.02);
    expect(Math.abs(share((v) => v < 0) - 0.5)).toBeLessThan(0.02);
    expect(new Set(values.filter((v) => v > -1 && v < 2)).size).toBeGreaterThan(3000);
  });

  it.each([
    [{ factor: 2 }, /factor of RandomErasing/],
    [{ scale: [0.1, 1.1] }, /scale of RandomErasing/],
    [{ fillValue: [1, 2] }, /`fillValue of RandomErasing` must be a number or a list of three, received \[1, 2\]/],
    [{ fillValue: [1, 2, 'a'] }, /fillValue of RandomErasing\[2\]/],
  ])('refuses %j', (options, message) => expect(() => randomErasing(options as never)).toThrow(message));

  it('refuses a colour for images without colours, and takes images of any size', () => {
    expect(() => randomErasing({ fillValue: [1, 2, 3] }).apply(input({ shape: [4, 4, 1] }))).toThrow(/needs images of 3 channels/);
    expect(randomErasing().apply(input({ shape: [null, null, 2] })).shape).toEqual([null, null, null, 2]);
  });
});
