/** The problems that TFF's tests of optimizers use (tensorflow_federated/python/learning/optimizers/*_test.py). */
import type { OptimizerFixture } from '../../src/testing/check-optimizer.js';

/** A weight of 1, and gradients of 2. */
export const SCALAR: OptimizerFixture = { weights: [{ shape: [1], data: [1] }], gradients: Array.from({ length: 4 }, () => [[2]]) };

/** Ones, with a gradient of 1 in rows 0 and 2 and none in the others. */
export const SPARSE: OptimizerFixture = {
  weights: [{ shape: [4, 2], data: [1, 1, 1, 1, 1, 1, 1, 1] }],
  gradients: [[[1, 1, 0, 0, 1, 1, 0, 0]]],
};

/** `f(w) = w · A · w / 2`: positive definite, with a condition number of about 260. */
const A = [
  [3.05979016, -0.67965499, -2.51916374, -0.98797549, -1.23950244],
  [-0.67965499, 3.65246689, -0.47892836, -1.56662479, -0.27436542],
  [-2.51916374, -0.47892836, 7.12618873, 4.98172794, 3.10724048],
  [-0.98797549, -1.56662479, 4.98172794, 4.259855, 1.48831719],
  [-1.23950244, -0.27436542, 3.10724048, 1.48831719, 4.52992126],
];

export const QUADRATIC = {
  initial: [-0.60170661, 1.85227818, -0.01349722, -1.05771093, 0.82254491],
  gradient: (w: readonly number[]): number[] => A.map((row) => row.reduce((sum, a, i) => sum + a * (w[i] as number), 0)),
  value: (w: readonly number[]): number => QUADRATIC.gradient(w).reduce((sum, g, i) => sum + g * (w[i] as number), 0) / 2,
};
