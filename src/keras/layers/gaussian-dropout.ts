/** Noise around 1 that values are multiplied by in training: Srivastava et al., JMLR 15, 2014, section 10. */
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
  /** The rate of the dropout that has the same variance, in `[0, 1)`. */
  rate: number({ min: 0, max: 1 }),
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
};
export type GaussianDropoutOptions = LayerOptionsOf<typeof fields>;

/** The same shape; the noise's standard deviation is `√(rate / (1 − rate))`. */
export class GaussianDropout extends Layer<typeof fields> {
  static readonly className = 'GaussianDropout';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(ctx: Context, x: Output): Output {
    const { rate } = this.options;
    if (!ctx.training || rate === 0) return x;
    return mul(x, add(mul(cast(randomNormal(ctx.seed(), shapeOf(x)), x.dtype), Math.sqrt(rate / (1 - rate))), 1));
  }
}

export const gaussianDropout = factory<GaussianDropoutOptions, GaussianDropout>(GaussianDropout);
