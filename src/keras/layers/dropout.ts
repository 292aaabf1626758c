/** Dropout: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { type Size, shapeOf, sizesOf, zerosLike } from '../../graph/ops/array.js';
import { greaterEqual, mul, where } from '../../graph/ops/math.js';
import { randomUniform } from '../../graph/ops/random.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { seedField } from '../initializers/initializer.js';
import { field, list, number, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const size = field<number | null, number | null>(
  (_name, value) => value as number | null,
  (value) => value,
);
const fields = {
  /** Share of the values that become 0, in `[0, 1]`; the others are scaled up by `1 / (1 - rate)`. */
  rate: number({ min: 0, max: 1 }),
  /** Shape of the mask, `null` for a size of the input and 1 where values fall together. */
  noiseShape: optional(list(size)),
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
};
export type DropoutOptions = LayerOptionsOf<typeof fields>;

export class Dropout extends Layer<typeof fields> {
  static readonly className = 'Dropout';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(ctx: Context, x: Output): Output {
    const { rate, noiseShape } = this.options;
    return drop(ctx, x, rate, noiseShape === null ? () => shapeOf(x) : () => noiseShape.map((s, i): Size => s ?? (sizesOf(x)[i] as Size)));
  }
}

/** In training, values are 0 with probability `rate` and scaled up otherwise; values that share a place of `shape` fall together. */
export function drop(ctx: Context, x: Output, rate: number, shape: () => Output | readonly Size[]): Output {
  if (!ctx.training || rate === 0) return x;
  if (rate === 1) return zerosLike(x);
  const keep = greaterEqual(randomUniform(ctx.seed(), shape()), rate);
  return where(keep, mul(x, 1 / (1 - rate)), 0);
}

export const dropout = factory<DropoutOptions, Dropout>(Dropout);
