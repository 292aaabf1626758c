/** Softmax as a layer. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import { Output } from '../../graph/graph.js';
import { cast, div, exp, greater, stopGradient, sub, where } from '../../graph/ops/math.js';
import { softmax as softmaxOp } from '../../graph/ops/nn.js';
import { max, sum } from '../../graph/ops/reduce.js';
import { type CallArguments, Layer, type LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { axesField } from './axes-field.js';

const fields = {
  /** The axis or axes over which the outputs sum to 1; the last by default. */
  axis: axesField,
};
export type SoftmaxOptions = LayerOptionsOf<typeof fields>;

/** The same shape; where the argument `mask` (which broadcasts to the input), or the input's own of the same axes, is false, the output is 0. */
export class Softmax extends Layer<typeof fields> {
  static readonly className = 'Softmax';
  static readonly fields = fields;
  static readonly callArguments = ['mask'];
  protected override readonly supportsMasking = true;

  protected override call(ctx: Context, x: Output, args: CallArguments): Output {
    const mask = this.#mask(ctx, x, args.mask);
    if (mask === undefined) return this.#normalized(x);
    // Far below any score, but finite in the element type.
    const hidden = where(mask, x, x.dtype === 'float16' ? -3e4 : -1e9);
    return where(mask, this.#normalized(hidden), 0);
  }

  #mask(ctx: Context, x: Output, given: unknown): Output | undefined {
    const own = ctx.mask(x);
    const mask = given instanceof Output ? given : own?.rank === x.rank ? own : undefined;
    if (mask === undefined) return undefined;
    if (mask.rank > x.rank) throw new ValueError(`\`mask\` of layer \`${this.name}\` must broadcast to its input ${x}, received ${mask}`);
    return mask.dtype === 'bool' ? mask : greater(cast(mask, 'float32'), 0.5);
  }

  #normalized(x: Output): Output {
    const { axis } = this.options;
    if (axis.length === 1 && (axis[0] === -1 || axis[0] === x.rank - 1)) return softmaxOp(x);
    const powers = exp(sub(x, stopGradient(max(x, axis, true))));
    return div(powers, sum(powers, axis, true));
  }
}

export const softmax = factory<SoftmaxOptions | undefined, Softmax>(Softmax);
