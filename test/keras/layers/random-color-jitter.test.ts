import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { randomColorJitter } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { deviationOf, meanOf, randomValues } from './random-layer.js';

describe('randomColorJitter', () => {
  testCases('RandomColorJitter');

  it('changes the contrast of what was made darker, of each image by itself', async () => {
    const images = tensor(
      Float32Array.from({ length: 2000 }, (_, i) => [90, 110][i % 2] as number),
      [1000, 1, 2, 1],
    );
    const values = await randomValues(randomColorJitter({ brightnessFactor: [-0.4, -0.4], contrastFactor: 0.5 }), images);
    // 90 and 110 less 102 are 0 and 8; the factor of contrast is between 1 and 1.5.
    const factors = Array.from({ length: 1000 }, (_, i) => {
      expect(values[2 * i]).toBe(0);
      return ((values[2 * i + 1] as number) - 4) / 4;
    });
    expect(Math.min(...factors)).toBeGreaterThan(0.9999);
    expect(Math.max(...factors)).toBeLessThan(1.5001);
    expect(Math.abs(meanOf(factors) - 1.25)).toBeLessThan(0.02);
    expect(Math.abs(deviationOf(factors) - 0.5 / Math.sqrt(12))).toBeLessThan(0.01);
  });

  it('draws each change by itself', async () => {
    const images = tensor(
      Float32Array.from({ length: 3000 }, (_, i) => [200, 100, 100][i % 3] as number),
      [1000, 1, 1, 3],
    );
    const values = await randomValues(randomColorJitter({ brightnessFactor: 0.1, saturationFactor: [0.2, 0.4], hueFactor: 0.1 }), images);
    const drawn = Array.from({ length: 1000 }, (_, i) => {
      const [red, green, blue] = values.slice(3 * i, 3 * i + 3) as [number, number, number];
      const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
      const brightness = most - 200;
      // The saturation was (most − least) / most with the difference 100; a factor f is f / (1 − f) times as much.
      const times = (most - least) / 100;
      const hue = (green - blue) / (most - least);
      return [brightness, times / (1 + times), hue] as const;
    });
    const [brightness, saturation, hue] = [0, 1, 2].map((k) => drawn.map((d) => d[k] as number)) as [number[], number[], number[]];
    const spread = (list: number[], low: number, high: number): void => {
      expect(Math.min(...list)).toBeGreaterThan(low - 1e-3);
      expect(Math.max(...list)).toBeLessThan(high + 1e-3);
      expect(Math.abs(meanOf(list) - (low + high) / 2)).toBeLessThan(0.05 * (high - low));
      expect(Math.abs(deviationOf(list) - (high - low) / Math.sqrt(12))).toBeLessThan(0.05 * (high - low));
    };
    spread(brightness, -25.5, 25.5);
    spread(saturation, 0.2, 0.4);
    // Half of the circle is three sixths, in either direction.
    spread(hue, -0.3, 0.3);
    for (const [a, b] of [
      [brightness, saturation],
      [saturation, hue],
      [brightness, hue],
    ] as const) {
      const products = a.map((v, i) => (v - meanOf(a)) * ((b[i] as number) - meanOf(b)));
      expect(Math.abs(meanOf(products) / (deviationOf(a) * deviationOf(b)))).toBeLessThan(0.1);
    }
  });

  it('refuses what it cannot do', () => {
    for (const factor of ['saturationFactor', 'hueFactor'])
      expect(() => randomColorJitter({ [factor]: 0.1 }).apply(input({ shape: [4, 4, 1] }))).toThrow(/needs images of 3 channels/);
    expect(() => randomColorJitter({ brightnessFactor: 2 })).toThrow(/brightnessFactor of RandomColorJitter/);
    expect(() => randomColorJitter({ contrastFactor: [0.5, 1.5] })).toThrow(/contrastFactor of RandomColorJitter/);
  });
});
