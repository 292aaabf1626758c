/** Initial values of weights. */
import type { DType, NumericArray, NumericDType } from '../../dtype.js';
import { typeError } from '../../errors.js';
import { Random } from '../../random.js';
import { sizeOf } from '../../tensor.js';
import { isDictionary } from '../../tree.js';
import { checkInteger } from '../../validate.js';
import { type Field, type Fields, field } from '../serialization/fields.js';
import { KerasObject } from '../serialization/keras-object.js';
import { elements } from './elements.js';

let generator = new Random(...crypto.getRandomValues(new Uint32Array(4)));

/** Makes all initial weights of unseeded initializers a function of `seed`, as `keras.utils.set_random_seed` does. */
export function setRandomSeed(seed: number): void {
  generator = new Random(checkInteger('seed', seed));
}

/** `seed` of an initializer: a whole number, or `null` for another one each time; Keras's seed generators stand for their seed. */
export const seedField: Field<number | object | null, number | null, false> = field<number | object | null, number | null>(
  (name, value) => {
    const seed = isDictionary(value) && isDictionary(value.config) ? (value.config.seed ?? null) : value;
    return seed === null ? null : checkInteger(name, seed);
  },
  (value) => value,
  null,
);

/** What initializers write to, in row-major order. */
export type Values = Float32Array | Float64Array;

/** A rule for initial values. Subclasses fill an array; a seeded one gives the same values every time, as Keras's do. */
export abstract class Initializer<F extends Fields = Fields> extends KerasObject<F> {
  /** Config keys of old files: the element type is that of the weight. */
  static readonly ignoredKeys: readonly string[] = ['dtype'];

  /** Whether the values are made one by one, of nothing but the options and chance: they can be made again as often as they are needed. */
  readonly isRepeatable: boolean = false;

  /** What makes the values of one weight, the same ones each time: an unseeded initializer draws its numbers the first time. */
  maker(shape: readonly number[], dtype: DType): () => NumericArray {
    let before: Random | undefined;
    return () => {
      const now = generator;
      if (before === undefined) before = now.copy();
      else generator = before.copy();
      try {
        return this.values(shape, dtype);
      } finally {
        generator = now;
      }
    };
  }

  /**
   * The values for a weight of the given shape, in row-major order.
   *
   * @throws TypeError for strings, ValueError for a shape that the rule does not fit.
   */
  values(shape: readonly number[], dtype: DType): NumericArray {
    if (dtype === 'string') throw typeError(`${this.className} gives numbers, a weight of strings has none`);
    const data = dtype === 'float32' ? new Float32Array(sizeOf(shape)) : new Float64Array(sizeOf(shape));
    const seed = (this.options as { readonly seed?: number | null }).seed ?? null;
    this.fill(data, shape, seed === null ? new Random(generator.uint32(), generator.uint32()) : new Random(seed));
    return elements(data, dtype as NumericDType);
  }

  protected abstract fill(data: Values, shape: readonly number[], random: Random): void;
}
