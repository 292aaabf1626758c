/** Softmax as a layer. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, cast, div, exp, mul, stopGradient, sub } from '../../graph/ops/math.js';
import { max, sum } from '../../graph/ops/reduce.js';
import { type CallArguments, Layer, type LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { axesField } from './axes-field.js';

const fields = {
  /** The axis or axes over which the outputs sum to 1; the last by default. */
  axis: axesField,
};
export type SoftmaxOptions = LayerOptionsOf<typeof fields>;

/** The same shape; where the argument `mask` (`bool`, the input's shape) is false, the output is 0. */
export class Softmax extends Layer<typeof fields> {
  static readonly className = 'Softmax';
  static readonly fields = fields;
  static readonly callArguments = ['mask'];
  protected override readonly supportsMasking = true;

  protected override call(_ctx: Context, x: Output, { mask }: CallArguments): Output {
    const { axis } = this.options;
    const scores = mask === undefined ? x : add(x, mul(sub(1, cast(mask as Output, x.dtype)), -3e38));
    const powers = exp(sub(scores, stopGradient(max(scores, axis, true))));
    return div(powers, sum(powers, axis, true));
  }
}

export const softmax = factory<SoftmaxOptions | undefined, Softmax>(Softmax);
