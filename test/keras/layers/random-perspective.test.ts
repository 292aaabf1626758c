import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { randomPerspective } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { meanOf, randomValues } from './random-layer.js';

describe('randomPerspective', () => {
  testCases('RandomPerspective');

  it('changes the share of images between the bounds, each in its own way', async () => {
    const image = Float32Array.from({ length: 16 }, (_, i) => i + 1);
    const images = tensor(
      Float32Array.from({ length: 16 * 1000 }, (_, i) => image[i % 16] as number),
      [1000, 4, 4, 1],
    );
    const values = await randomValues(randomPerspective({ factor: [0.2, 0.4] }), images);
    const changed = Array.from({ length: 1000 }, (_, i) => values.slice(16 * i, 16 * i + 16)).filter((v) => v.join() !== image.join());
    expect(Math.abs(changed.length / 1000 - 0.3)).toBeLessThan(0.05);
    expect(new Set(changed.map((v) => v.join())).size).toBe(changed.length);
    // The upper left corner stays, and places from outside are filled.
    expect(meanOf(changed.map((v) => v[0] as number))).toBeCloseTo(1, 3);
    expect(changed.some((v) => v.includes(0))).toBe(true);
  });

  it('leaves images where nothing can move', async () => {
    const values = Float32Array.from({ length: 12 }, (_, i) => i);
    const still = await randomValues(randomPerspective({ factor: [1, 1], scale: 0 }), tensor(values, [1, 3, 4, 1]));
    still.forEach((v, i) => expect(v).toBeCloseTo(i, 4));
    expect(await randomValues(randomPerspective({ factor: 0 }), tensor(values, [1, 3, 4, 1]))).toEqual([...values]);
  });

  it('refuses images of one row, and options out of their bounds', () => {
    expect(() => randomPerspective().apply(input({ shape: [1, 5, 3] }))).toThrow(/needs images of at least 2 x 2 pixels/);
    expect(() => randomPerspective({ scale: 2 })).toThrow(/scale of RandomPerspective/);
    expect(() => randomPerspective({ factor: 1.5 })).toThrow(/factor of RandomPerspective/);
  });
});
