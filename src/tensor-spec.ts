/** What is known of a tensor before its values: shape and element type. */
import { DTYPES, type DType, isDType } from './dtype.js';
import { describe, mustBe, mustHold } from './validate.js';

/** Sizes of a tensor's axes; `null` is an unknown size. */
export type Shape = readonly (number | null)[];

/** Shape and element type of a tensor, like `tf.TensorSpec`. Made by {@link tensorSpec}. */
export class TensorSpec<S extends Shape = Shape, D extends DType = DType> {
  readonly shape: S;
  readonly dtype: D;

  /** @internal */
  constructor(shape: S, dtype: D) {
    this.shape = Object.freeze([...shape]) as unknown as S;
    this.dtype = dtype;
    Object.freeze(this);
  }

  /** Whether a tensor of this shape and element type fits. */
  accepts(shape: readonly number[], dtype: DType): boolean {
    return dtype === this.dtype && shape.length === this.shape.length && this.shape.every((size, i) => size === null || size === shape[i]);
  }

  toString(): string {
    return `${this.dtype}[${this.shape.map((s) => s ?? 'null').join(', ')}]`;
  }
}

/**
 * Describes a tensor: `tensorSpec([null, 28, 28, 1], 'float32')`.
 *
 * @param shape Sizes of the axes, each a whole number that is not negative, or `null` where the size is not known (usually the batch).
 * @param dtype Element type; `'float32'` by default, as everywhere in Keras.
 * @throws TypeError for a shape that is no list or an unknown dtype, ValueError for a size that is negative or no whole number.
 */
export function tensorSpec<const S extends Shape>(shape: S): TensorSpec<S, 'float32'>;
export function tensorSpec<const S extends Shape, D extends DType>(shape: S, dtype: D | undefined): TensorSpec<S, D>;
export function tensorSpec<const S extends Shape, D extends DType>(shape: S, dtype?: D): TensorSpec<S, D> {
  if (!Array.isArray(shape)) throw mustBe('shape', 'a list of sizes', shape);
  shape.forEach((size, i) => {
    if (size === null) return;
    if (typeof size !== 'number') throw mustBe(`shape[${i}]`, 'a whole number or null', size);
    if (!Number.isSafeInteger(size) || size < 0) throw mustHold(`shape[${i}]`, 'a whole number that is not negative, or null', size);
  });
  const type = dtype ?? 'float32';
  if (!isDType(type)) throw mustBe('dtype', `one of ${DTYPES.join(', ')}`, describe(type));
  return new TensorSpec(shape, type as D);
}
