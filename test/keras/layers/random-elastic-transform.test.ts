import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { randomElasticTransform } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { meanOf, randomValues } from './random-layer.js';

// Two channels that say where a pixel comes from: its row and its column.
const [HEIGHT, WIDTH] = [24, 30];
const places = Float32Array.from({ length: 2 * HEIGHT * WIDTH }, (_, i) => (i % 2 === 0 ? Math.floor(i / 2 / WIDTH) : (i >> 1) % WIDTH));
const images = (count: number) => {
  const data = new Float32Array(count * places.length);
  for (let i = 0; i < count; i++) data.set(places, i * places.length);
  return tensor(data, [count, HEIGHT, WIDTH, 2]);
};
const rowsOf = (values: readonly number[], size: number): number[][] =>
  Array.from({ length: values.length / size }, (_, i) => values.slice(size * i, size * (i + 1)));

describe('randomElasticTransform', () => {
  testCases('RandomElasticTransform');

  it('bends the share of images between the bounds, each in its own way', async () => {
    const values = rowsOf(await randomValues(randomElasticTransform({ factor: [0.2, 0.4] }), images(500)), places.length);
    const bent = values.filter((v) => v.join() !== places.join());
    expect(Math.abs(bent.length / 500 - 0.3)).toBeLessThan(0.07);
    expect(new Set(bent.map((v) => v.join())).size).toBe(bent.length);
  });

  it('moves pixels as far down as to the right, by smoothed normal noise', async () => {
    const values = await randomValues(randomElasticTransform({ factor: [1, 1], scale: [1, 1] }), images(40));
    // Away from the edges, where all is inside.
    const moved = rowsOf(values, places.length).flatMap((image) =>
      rowsOf(image, 2).flatMap(([y, x], i) => {
        const [row, column] = [Math.floor(i / WIDTH), i % WIDTH];
        if (row < 8 || row >= 16 || column < 8 || column >= 22) return [];
        return [[(y as number) - row, (x as number) - column] as const];
      }),
    );
    for (const [down, right] of moved) expect(down).toBeCloseTo(right, 3);
    // Noise of deviation σ = 1.2, smoothed by weights w of a Gaussian of that deviation, times α = 3: σ α √Σ w².
    const bell = [-3, -2, -1, 0, 1, 2, 3].map((d) => Math.exp(-((d / 1.2) ** 2) / 2));
    const total = bell.reduce((a, b) => a + b);
    const squares = bell.reduce((a, b) => a + (b / total) ** 2, 0);
    const deviation = Math.sqrt(meanOf(moved.map(([down]) => down ** 2)));
    expect(Math.abs(deviation / (1.2 * 3 * squares) - 1)).toBeLessThan(0.1);
  });

  it('leaves images without a factor or a scale, out of the range, too', async () => {
    const x = tensor([-5, 300, 1, 2], [1, 2, 2, 1]);
    for (const options of [{ factor: 0 }, { scale: 0 }])
      expect(await randomValues(randomElasticTransform(options), x)).toEqual([-5, 300, 1, 2]);
    expect(new Set(await randomValues(randomElasticTransform({ factor: [1, 1] }), x))).not.toContain(300);
  });

  it('takes images of unknown size, and refuses options out of their bounds', () => {
    expect(randomElasticTransform().apply(input({ shape: [null, null, 3] })).shape).toEqual([null, null, null, 3]);
    expect(() => randomElasticTransform({ scale: 2 })).toThrow(/scale of RandomElasticTransform/);
    expect(() => randomElasticTransform({ fillMode: 'mirror' as never })).toThrow(/fillMode of RandomElasticTransform/);
  });
});
