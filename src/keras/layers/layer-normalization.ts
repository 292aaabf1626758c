/** Layer normalisation: Ba, Kiros and Hinton, 2016, https://arxiv.org/abs/1607.06450. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { reshape } from '../../graph/ops/array.js';
import { add, cast, mul, rsqrt, square, squaredDifference, sub } from '../../graph/ops/math.js';
import { ownLayerNormalization } from '../../graph/ops/own-layer-normalization.js';
import { mean } from '../../graph/ops/reduce.js';
import { hasOwnOps } from '../../graph/own-ops.js';
import type { Shape } from '../../tensor-spec.js';
import { constraint } from '../constraints/index.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { boolean, number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { axesField } from './axes-field.js';
import { widened } from './half-precision.js';

const fields = {
  /** The axis or axes that are normalised together; the last by default. */
  axis: axesField,
  /** Added to the variance, so that nothing is divided by 0; 0.001 by default. */
  epsilon: number({ min: 0, default: 1e-3 }),
  /** Whether `beta` is added; `true` by default. */
  center: boolean(true),
  /** Whether the result is multiplied by `gamma`; `true` by default. */
  scale: boolean(true),
  /** Whether the mean is left alone, and the values only divided by their root mean square; `false` by default. */
  rmsScaling: boolean(false),
  betaInitializer: initializer('zeros'),
  gammaInitializer: initializer('ones'),
  betaRegularizer: regularizer(),
  gammaRegularizer: regularizer(),
  betaConstraint: constraint(),
  gammaConstraint: constraint(),
};
export type LayerNormalizationOptions = LayerOptionsOf<typeof fields>;

/** Every example by its own mean and variance over the axes; the same shape. */
export class LayerNormalization extends Layer<typeof fields> {
  static readonly className = 'LayerNormalization';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;
  #gamma: Weight | undefined;
  #beta: Weight | undefined;

  protected override build(shape: Shape): void {
    const o = this.options;
    const sizes = this.#axes(shape.length).map((axis) => shape[axis]);
    if (sizes.some((s) => typeof s !== 'number'))
      throw new ValueError(
        `layer \`${this.name}\` needs an input whose axes ${o.axis.join(', ')} have known sizes, received [${shape.join(', ')}]`,
      );
    if (o.scale || o.rmsScaling)
      this.#gamma = this.addWeight('gamma', sizes as number[], {
        initializer: o.gammaInitializer,
        regularizer: o.gammaRegularizer,
        constraint: o.gammaConstraint,
      });
    if (o.center && !o.rmsScaling)
      this.#beta = this.addWeight('beta', sizes as number[], {
        initializer: o.betaInitializer,
        regularizer: o.betaRegularizer,
        constraint: o.betaConstraint,
      });
  }

  protected override call(ctx: Context, given: Output): Output {
    const x = widened(given);
    const axes = this.#axes(x.rank);
    const { epsilon, rmsScaling } = this.options;
    const isLast = axes.length === 1 && axes[0] === x.rank - 1;
    if (isLast && !rmsScaling && x.dtype === 'float32' && hasOwnOps(ctx.graph)) {
      const size = x.shape?.at(-1) as number;
      const own = (w: Weight | undefined, other: number): Output =>
        w === undefined ? ctx.graph.constant(Array(size).fill(other) as number[], 'float32', [size]) : widened(this.read(ctx, w));
      return cast(ownLayerNormalization(x, own(this.#gamma, 1), own(this.#beta, 0), epsilon), given.dtype);
    }
    // The last axes broadcast by themselves; TensorFlow also mistakes a reshaped scale for that of a fused layer, and fails.
    const trailing = axes.every((axis, i) => axis === x.rank - axes.length + i);
    const spread = (w: Weight): Output =>
      trailing
        ? widened(this.read(ctx, w))
        : reshape(
            widened(this.read(ctx, w)),
            Array.from({ length: x.rank }, (_, i) => (axes.includes(i) ? (w.shape[axes.indexOf(i)] as number) : 1)),
          );
    const centred = rmsScaling ? x : sub(x, mean(x, axes, true));
    const variance = rmsScaling ? mean(square(x), axes, true) : mean(squaredDifference(x, mean(x, axes, true)), axes, true);
    const normal = mul(centred, rsqrt(add(variance, epsilon)));
    const scaled = this.#gamma === undefined ? normal : mul(normal, spread(this.#gamma));
    return cast(this.#beta === undefined ? scaled : add(scaled, spread(this.#beta)), given.dtype);
  }

  #axes(rank: number): number[] {
    const axes = this.options.axis.map((axis) => (axis < 0 ? axis + rank : axis));
    if (axes.some((axis) => axis < 0 || axis >= rank))
      throw new ValueError(
        `\`axis\` of layer \`${this.name}\` must be axes of its input of ${rank}, received ${this.options.axis.join(', ')}`,
      );
    return axes.sort((a, b) => a - b);
  }
}

export const layerNormalization = factory<LayerNormalizationOptions | undefined, LayerNormalization>(LayerNormalization);
