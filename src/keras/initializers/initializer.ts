/** Initial values of weights. */
import type { DType, NumericArray, NumericDType } from '../../dtype.js';
import { arrayClass } from '../../dtype.js';
import { Random } from '../../random.js';
import { sizeOf } from '../../tensor.js';
import { checkInteger } from '../../validate.js';
import { type Field, type Fields, field } from '../serialization/fields.js';
import { KerasObject } from '../serialization/keras-object.js';

let generator = new Random(...crypto.getRandomValues(new Uint32Array(4)));

/** Makes all initial weights of unseeded initializers a function of `seed`, as `keras.utils.set_random_seed` does. */
export function setRandomSeed(seed: number): void {
  generator = new Random(checkInteger('seed', seed));
}

/** `seed` of an initializer: a whole number, or `null` for another one each time. */
export const seedField: Field<number | null, number | null, false> = field<number | null, number | null>(
  (name, value) => (value === null ? null : checkInteger(name, value)),
  (value) => value,
  null,
);

/** A rule for initial values. Subclasses fill an array; a seeded one gives the same values every time, as Keras's do. */
export abstract class Initializer<F extends Fields = Fields> extends KerasObject<F> {
  /** The values for a weight of the given shape, in row-major order. */
  values(shape: readonly number[], dtype: DType): NumericArray {
    const data = new (arrayClass(dtype as NumericDType))(sizeOf(shape)) as Float32Array;
    const seed = (this.options as { readonly seed?: number | null }).seed ?? null;
    this.fill(data, shape, seed === null ? new Random(generator.uint32(), generator.uint32()) : new Random(seed));
    return data;
  }

  protected abstract fill(data: Float32Array, shape: readonly number[], random: Random): void;
}

/**
 * Inputs and outputs of a weight: by default the last two axes. The sizes of the other axes (a convolution's window) count for both.
 */
export function fans(
  shape: readonly number[],
  inputAxes: readonly number[] | null = null,
  outputAxes: readonly number[] | null = null,
): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const at = (axis: number): number => (axis < 0 ? axis + shape.length : axis);
  const [inputs, outputs] = [(inputAxes ?? [-2]).map(at), (outputAxes ?? [-1]).map(at)];
  const size = (axes: readonly number[]): number => sizeOf(axes.map((axis) => shape[axis] ?? 1));
  const window = size(shape.map((_, i) => i).filter((i) => !inputs.includes(i) && !outputs.includes(i)));
  return { fanIn: window * size(inputs), fanOut: window * size(outputs) };
}
