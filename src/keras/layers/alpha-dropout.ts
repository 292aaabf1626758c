/** Dropout that keeps mean and variance of scaled exponential units: Klambauer et al., NeurIPS 2017, https://arxiv.org/abs/1706.02515. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { type Size, shapeOf, sizesOf } from '../../graph/ops/array.js';
import { add, greaterEqual, mul, where } from '../../graph/ops/math.js';
import { randomUniform } from '../../graph/ops/random.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { seedField } from '../initializers/initializer.js';
import { field, list, number, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

// What a scaled exponential unit tends to for large negative inputs.
const LOWEST = -1.6732632423543772 * 1.0507009873554805;

const size = field<number | null, number | null>(
  (_name, value) => value as number | null,
  (value) => value,
);
const fields = {
  /** Share of the values that become the lowest one, in `[0, 1)`. */
  rate: number({ min: 0, max: 1 }),
  /** Shape of the mask, `null` for a size of the input and 1 where values fall together. */
  noiseShape: optional(list(size)),
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
};
export type AlphaDropoutOptions = LayerOptionsOf<typeof fields>;

/** The same shape. */
export class AlphaDropout extends Layer<typeof fields> {
  static readonly className = 'AlphaDropout';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(ctx: Context, x: Output): Output {
    const { rate, noiseShape } = this.options;
    if (!ctx.training || rate === 0) return x;
    const shape = noiseShape === null ? shapeOf(x) : noiseShape.map((s, i): Size => s ?? (sizesOf(x)[i] as Size));
    const keep = greaterEqual(randomUniform(ctx.seed(), shape), rate);
    const scale = ((1 - rate) * (1 + rate * LOWEST ** 2)) ** -0.5;
    return add(mul(where(keep, x, LOWEST), scale), -scale * LOWEST * rate);
  }
}

export const alphaDropout = factory<AlphaDropoutOptions, AlphaDropout>(AlphaDropout);
