import { expect, test } from 'vitest';
import { orthogonal } from '../../../src/keras/initializers/index.js';

/** The products of all pairs of rows (or columns) of a matrix. */
function products(values: Float32Array, rows: number, columns: number, ofRows: boolean): number[][] {
  const count = ofRows ? rows : columns;
  const at = (vector: number, i: number): number => values[ofRows ? vector * columns + i : i * columns + vector] as number;
  const length = ofRows ? columns : rows;
  return Array.from({ length: count }, (_, a) =>
    Array.from({ length: count }, (_, b) => Array.from({ length }, (_, i) => at(a, i) * at(b, i)).reduce((x, y) => x + y, 0)),
  );
}

function expectIdentity(matrix: readonly (readonly number[])[], scale = 1): void {
  matrix.forEach((row, i) => row.forEach((v, j) => expect(v).toBeCloseTo(i === j ? scale : 0, 5)));
}

test('the shorter side is orthonormal, times the gain', () => {
  const make = (shape: number[], gain = 1) => orthogonal({ seed: 1, gain }).values(shape, 'float32') as Float32Array;
  expectIdentity(products(make([6, 6]), 6, 6, true));
  expectIdentity(products(make([9, 4]), 9, 4, false));
  expectIdentity(products(make([4, 9]), 4, 9, true));
  expectIdentity(products(make([2, 3, 4]), 6, 4, false));
  expectIdentity(products(make([5, 5], 3), 5, 5, true), 9);
});

test('uniform over all orthogonal matrices: an entry has mean 0 and variance 1 / n', () => {
  const n = 4;
  const count = 4000;
  const first = Array.from({ length: count }, (_, seed) => (orthogonal({ seed }).values([n, n], 'float64') as Float64Array)[0] as number);
  const mean = first.reduce((a, b) => a + b, 0) / count;
  const variance = first.reduce((a, b) => a + b * b, 0) / count;
  expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n * count));
  expect(Math.abs(variance - 1 / n)).toBeLessThan((5 / n) * Math.sqrt(2 / count));
});

test('needs at least two axes', () =>
  expect(() => orthogonal().values([4], 'float32')).toThrow(/Orthogonal needs at least two axes, received a weight of shape \[4\]/));
