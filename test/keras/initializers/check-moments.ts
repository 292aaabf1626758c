/** The test of a random initializer: the moments of its distribution over many weights of one seed. */
import { expect } from 'vitest';
import type { Initializer } from '../../../src/keras/initializers/index.js';

export interface Moments {
  readonly mean: number;
  readonly variance: number;
  /** No value is outside of it, and some are near its ends. */
  readonly range?: readonly [number, number];
}

/** Checks mean, variance and range to five standard errors; the seed is fixed, so the outcome is. */
export function checkMoments(initializer: Initializer, shape: readonly number[], { mean, variance, range }: Moments): void {
  const values = Array.from(initializer.values(shape, 'float32') as Float32Array);
  const n = values.length;
  const average = values.reduce((a, b) => a + b, 0) / n;
  const spread = values.reduce((a, b) => a + (b - average) ** 2, 0) / n;
  expect(Math.abs(average - mean), `mean ${average}`).toBeLessThan(5 * Math.sqrt(variance / n));
  // The variance of a variance is at most that of a normal distribution for all of these.
  expect(Math.abs(spread - variance), `variance ${spread}`).toBeLessThan(5 * variance * Math.sqrt(2 / n));
  if (range === undefined) return;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.01 * (range[1] - range[0]);
  expect(low, 'smallest').toBeGreaterThanOrEqual(range[0] - 1e-6);
  expect(high, 'largest').toBeLessThanOrEqual(range[1] + 1e-6);
  expect([low < range[0] + margin, high > range[1] - margin]).toEqual([true, true]);
}
