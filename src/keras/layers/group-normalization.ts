/** Group normalisation: Wu and He, ECCV 2018, https://arxiv.org/abs/1803.08494. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { reshape, type Size, shapeOf, sizesOf } from '../../graph/ops/array.js';
import { add, cast, mul, rsqrt, squaredDifference, sub } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';
import { constraint } from '../constraints/index.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { boolean, integer, number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { widened } from './half-precision.js';

const fields = {
  /** Into how many groups the channels are split; 32 by default, -1 is a group per channel. */
  groups: integer({ min: -1, default: 32 }),
  /** The axis of channels; the last by default. */
  axis: integer({ default: -1 }),
  /** Added to the variance, so that nothing is divided by 0; 0.001 by default. */
  epsilon: number({ min: 0, default: 1e-3 }),
  /** Whether `beta` is added; `true` by default. */
  center: boolean(true),
  /** Whether the result is multiplied by `gamma`; `true` by default. */
  scale: boolean(true),
  betaInitializer: initializer('zeros'),
  gammaInitializer: initializer('ones'),
  betaRegularizer: regularizer(),
  gammaRegularizer: regularizer(),
  betaConstraint: constraint(),
  gammaConstraint: constraint(),
};
export type GroupNormalizationOptions = LayerOptionsOf<typeof fields>;

/** Every example's groups by their own mean and variance over places and channels; the same shape. */
export class GroupNormalization extends Layer<typeof fields> {
  static readonly className = 'GroupNormalization';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;
  #gamma: Weight | undefined;
  #beta: Weight | undefined;
  #channels = 0;

  protected override build(shape: Shape): void {
    const o = this.options;
    const size = shape[this.#axis(shape.length)];
    if (typeof size !== 'number')
      throw new ValueError(`layer \`${this.name}\` needs an input whose axis ${o.axis} has a known size, received [${shape.join(', ')}]`);
    this.#channels = size;
    if (size % this.#groups() !== 0 || this.#groups() === 0)
      throw new ValueError(`\`groups\` of layer \`${this.name}\` must divide the ${size} channels, received ${o.groups}`);
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
  }

  protected override call(ctx: Context, given: Output): Output {
    const x = widened(given);
    const at = this.#axis(x.rank);
    const groups = this.#groups();
    const sizes = sizesOf(x);
    const grouped = reshape(x, [...sizes.slice(0, at), groups, this.#channels / groups, ...sizes.slice(at + 1)] as Size[]);
    const axes = Array.from({ length: grouped.rank }, (_, i) => i).filter((i) => i !== 0 && i !== at);
    const m = mean(grouped, axes, true);
    const normal = mul(sub(grouped, m), rsqrt(add(mean(squaredDifference(grouped, m), axes, true), this.options.epsilon)));
    const spread = (w: Weight): Output =>
      reshape(
        widened(this.read(ctx, w)),
        Array.from({ length: x.rank }, (_, i) => (i === at ? this.#channels : 1)),
      );
    const back = reshape(
      normal,
      sizes.filter((s) => typeof s !== 'number').length <= 1 ? sizes.map((s) => (typeof s === 'number' ? s : -1)) : shapeOf(x),
    );
    const scaled = this.#gamma === undefined ? back : mul(back, spread(this.#gamma));
    return cast(this.#beta === undefined ? scaled : add(scaled, spread(this.#beta)), given.dtype);
  }

  #groups(): number {
    return this.options.groups === -1 ? this.#channels : this.options.groups;
  }

  #axis(rank: number): number {
    return this.options.axis < 0 ? this.options.axis + rank : this.options.axis;
  }
}

export const groupNormalization = factory<GroupNormalizationOptions | undefined, GroupNormalization>(GroupNormalization);
