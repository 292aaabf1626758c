/** Batch normalisation: Ioffe and Szegedy, ICML 2015, https://arxiv.org/abs/1502.03167. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, reshape } from '../../graph/ops/array.js';
import { add, cast, divNoNan, mul, rsqrt, squaredDifference, stopGradient, sub } from '../../graph/ops/math.js';
import { mean, sum } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';
import { mustBe } from '../../validate.js';
import { constraint } from '../constraints/index.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { boolean, field, number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { widened } from './half-precision.js';

// Keras 2 writes the axis as a list of one.
const axis = field<number | readonly [number], number>(
  (name, value) => {
    const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (!Number.isInteger(one)) throw mustBe(name, 'the number of an axis', value);
    return one as number;
  },
  (value) => value,
  -1,
);

const fields = {
  /** The axis of channels, each normalised by itself; the last by default. */
  axis,
  /** How much of the moving averages is kept in a step, in `[0, 1]`; 0.99 by default. */
  momentum: number({ min: 0, max: 1, default: 0.99 }),
  /** Added to the variance, so that nothing is divided by 0; 0.001 by default. */
  epsilon: number({ min: 0, default: 1e-3 }),
  /** Whether `beta` is added; `true` by default. */
  center: boolean(true),
  /** Whether the result is multiplied by `gamma`; `true` by default. */
  scale: boolean(true),
  betaInitializer: initializer('zeros'),
  gammaInitializer: initializer('ones'),
  movingMeanInitializer: initializer('zeros'),
  movingVarianceInitializer: initializer('ones'),
  betaRegularizer: regularizer(),
  gammaRegularizer: regularizer(),
  betaConstraint: constraint(),
  gammaConstraint: constraint(),
};
export type BatchNormalizationOptions = LayerOptionsOf<typeof fields>;

/** In training by the batch's own mean and variance, which move the averages; in inference by those. */
export class BatchNormalization extends Layer<typeof fields> {
  static readonly className = 'BatchNormalization';
  static readonly fields = fields;
  static readonly aliases = ['BatchNormalizationV1', 'BatchNormalizationV2'];
  static readonly ignoredKeys = ['synchronized', 'renorm_clipping', 'renorm_momentum', 'fused'];
  static readonly fixedKeys = { renorm: false, virtual_batch_size: null };
  protected override readonly supportsMasking = true;
  #gamma: Weight | undefined;
  #beta: Weight | undefined;
  #mean!: Weight;
  #variance!: Weight;

  protected override build(shape: Shape): void {
    const at = this.#axis(shape.length);
    const size = shape[at];
    if (typeof size !== 'number')
      throw new ValueError(
        `layer \`${this.name}\` needs an input whose axis ${this.options.axis} has a known size, received [${shape.join(', ')}]`,
      );
    const o = this.options;
    if (o.scale)
      this.#gamma = this.addWeight('gamma', [size], {
        initializer: o.gammaInitializer,
        regularizer: o.gammaRegularizer,
        constraint: o.gammaConstraint,
      });
    if (o.center)
      this.#beta = this.addWeight('beta', [size], {
        initializer: o.betaInitializer,
        regularizer: o.betaRegularizer,
        constraint: o.betaConstraint,
      });
    this.#mean = this.addWeight('moving_mean', [size], { initializer: o.movingMeanInitializer, trainable: false });
    this.#variance = this.addWeight('moving_variance', [size], { initializer: o.movingVarianceInitializer, trainable: false });
  }

  protected override call(ctx: Context, given: Output): Output {
    const x = widened(given);
    const at = this.#axis(x.rank);
    const others = Array.from({ length: x.rank }, (_, i) => i).filter((i) => i !== at);
    const size = this.#mean.shape[0] as number;
    const spread = (v: Output): Output =>
      at === x.rank - 1
        ? v
        : reshape(
            v,
            Array.from({ length: x.rank }, (_, i) => (i === at ? size : 1)),
          );
    // A frozen layer normalises by its averages even in training.
    const batch = ctx.training && this.trainable ? moments(x, others, ctx.mask(given)) : undefined;
    const [m, variance] = batch ?? [cast(ctx.read(this.#mean), x.dtype), cast(ctx.read(this.#variance), x.dtype)];
    if (batch !== undefined) {
      this.#move(ctx, this.#mean, batch[0]);
      this.#move(ctx, this.#variance, batch[1]);
    }
    const inverse = rsqrt(add(variance, this.options.epsilon));
    const factor = this.#gamma === undefined ? inverse : mul(inverse, widened(this.read(ctx, this.#gamma)));
    const offset = this.#beta === undefined ? mul(m, mul(factor, -1)) : sub(widened(this.read(ctx, this.#beta)), mul(m, factor));
    return cast(add(mul(x, spread(factor)), spread(offset)), given.dtype);
  }

  #axis(rank: number): number {
    const at = this.options.axis < 0 ? this.options.axis + rank : this.options.axis;
    if (at < 0 || at >= rank)
      throw new ValueError(
        `\`axis\` of layer \`${this.name}\` must be one of the ${rank} axes of its input, received ${this.options.axis}`,
      );
    return at;
  }

  #move(ctx: Context, average: Weight, value: Output): void {
    const { momentum } = this.options;
    const old = ctx.read(average);
    ctx.assign(average, add(mul(old, momentum), mul(cast(stopGradient(value), old.dtype), 1 - momentum)));
  }
}

/** Mean and variance over axes; of a sequence with a mask, over the steps that count. */
function moments(x: Output, axes: readonly number[], mask: Output | undefined): [Output, Output] {
  if (mask === undefined) {
    const m = mean(x, axes, true);
    return [reshape(m, [-1]), reshape(mean(squaredDifference(x, stopGradient(m)), axes, true), [-1])];
  }
  let weights = cast(mask, x.dtype);
  while (weights.rank < x.rank) weights = expandDims(weights, -1);
  const count = sum(add(mul(x, 0), weights), axes, true);
  const m = divNoNan(sum(mul(x, weights), axes, true), count);
  return [reshape(m, [-1]), reshape(divNoNan(sum(mul(weights, squaredDifference(x, stopGradient(m))), axes, true), count), [-1])];
}

export const batchNormalization = factory<BatchNormalizationOptions | undefined, BatchNormalization>(BatchNormalization);
