/**
 * Orthogonal initial weights.
 *
 * Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", ICLR 2014.
 */
import { ValueError } from '../../errors.js';
import type { Random } from '../../random.js';
import { sizeOf } from '../../tensor.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Initializer, seedField, type Values } from './initializer.js';

const fields = {
  /** What the orthogonal matrix is multiplied by; 1 by default. */
  gain: number({ default: 1 }),
  /** A whole number for the same values every time, `null` (default) for others. */
  seed: seedField,
};

/** A random orthogonal matrix, uniform over all of them; of a weight with more axes, the last one gives the columns. */
export class Orthogonal extends Initializer<typeof fields> {
  static readonly className = 'Orthogonal';
  static readonly fields = fields;
  static readonly aliases = ['OrthogonalInitializer'];

  protected override fill(data: Values, shape: readonly number[], random: Random): void {
    if (shape.length < 2) throw new ValueError(`Orthogonal needs at least two axes, received a weight of shape [${shape.join(', ')}]`);
    const [rows, columns] = [sizeOf(shape.slice(0, -1)), shape.at(-1) as number];
    const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
    const basis = orthonormal(Array.from({ length: short }, () => Float64Array.from({ length: long }, () => random.normal())));
    const { gain } = this.options;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const [vector, at] = rows >= columns ? [j, i] : [i, j];
        data[i * columns + j] = gain * ((basis[vector] as Float64Array)[at] as number);
      }
  }
}

/**
 * Gram and Schmidt's orthonormal vectors, in place: the columns of a QR decomposition whose R has a positive diagonal, which makes them
 * uniform. In `float64` one pass is exact enough for weights of `float32`.
 */
function orthonormal(vectors: Float64Array[]): Float64Array[] {
  vectors.forEach((v, i) => {
    for (const u of vectors.slice(0, i)) {
      const along = dot(u, v);
      for (let k = 0; k < v.length; k++) v[k] = (v[k] as number) - along * (u[k] as number);
    }
    const norm = Math.sqrt(dot(v, v));
    for (let k = 0; k < v.length; k++) v[k] = (v[k] as number) / norm;
  });
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += (a[k] as number) * (b[k] as number);
  return total;
}

export const orthogonal = factory(Orthogonal as new (options?: OptionsOf<typeof fields>) => Orthogonal);
