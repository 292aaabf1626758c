/** Noise that is added in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { shapeOf } from '../../graph/ops/array.js';
import { add, cast, mul } from '../../graph/ops/math.js';
import { randomNormal } from '../../graph/ops/random.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { seedField } from '../initializers/initializer.js';
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** Standard deviation of the noise, not negative. */
  stddev: number({ min: 0 }),
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
};
export type GaussianNoiseOptions = LayerOptionsOf<typeof fields>;

/** The same shape. */
export class GaussianNoise extends Layer<typeof fields> {
  static readonly className = 'GaussianNoise';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(ctx: Context, x: Output): Output {
    const { stddev } = this.options;
    return ctx.training && stddev > 0 ? add(x, mul(cast(randomNormal(ctx.seed(), shapeOf(x)), x.dtype), stddev)) : x;
  }
}

export const gaussianNoise = factory<GaussianNoiseOptions, GaussianNoise>(GaussianNoise);
