/** Root mean square normalisation: Zhang and Sennrich, NeurIPS 2019, https://arxiv.org/abs/1910.07467. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { reshape } from '../../graph/ops/array.js';
import { add, cast, mul, rsqrt, square } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { Ones } from '../initializers/constants.js';
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { axesField } from './axes-field.js';
import { widened } from './half-precision.js';

const fields = {
  /** The axis or axes that are normalised together; the last by default. */
  axis: axesField,
  /** Added to the mean square; 1e-6 by default. */
  epsilon: number({ min: 0, default: 1e-6 }),
};
export type RMSNormalizationOptions = LayerOptionsOf<typeof fields>;

/** `x / √(mean(x²) + epsilon) · scale`; the same shape. */
export class RMSNormalization extends Layer<typeof fields> {
  static readonly className = 'RMSNormalization';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;
  #scale!: Weight;

  protected override build(shape: Shape): void {
    const sizes = this.#axes(shape.length).map((axis) => shape[axis]);
    if (sizes.some((s) => typeof s !== 'number'))
      throw new ValueError(`layer \`${this.name}\` needs an input whose normalised axes have known sizes, received [${shape.join(', ')}]`);
    this.#scale = this.addWeight('scale', sizes as number[], { initializer: new Ones() });
  }

  protected override call(ctx: Context, given: Output): Output {
    const x = widened(given);
    const axes = this.#axes(x.rank);
    const scale = reshape(
      widened(this.read(ctx, this.#scale)),
      Array.from({ length: x.rank }, (_, i) => (axes.includes(i) ? (this.#scale.shape[axes.indexOf(i)] as number) : 1)),
    );
    return cast(mul(mul(x, rsqrt(add(mean(square(x), axes, true), this.options.epsilon))), scale), given.dtype);
  }

  #axes(rank: number): number[] {
    return this.options.axis.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  }
}

export const rmsNormalization = factory<RMSNormalizationOptions | undefined, RMSNormalization>(RMSNormalization);
