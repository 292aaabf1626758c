/** The rectifier with its variants. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, cast, greaterEqual, minimum, mul } from '../../graph/ops/math.js';
import { relu as reluOp } from '../../graph/ops/nn.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { number, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** Where the output stops growing; nowhere by default. */
  maxValue: optional(number({ min: 0 })),
  /** Factor of values below the threshold; 0 by default. */
  negativeSlope: number({ min: 0, default: 0 }),
  /** Values below it are rectified; 0 by default. */
  threshold: number({ min: 0, default: 0 }),
};
export type ReLUOptions = LayerOptionsOf<typeof fields>;

/** The same shape. */
export class ReLU extends Layer<typeof fields> {
  static readonly className = 'ReLU';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(_ctx: Context, x: Output): Output {
    const { maxValue, negativeSlope, threshold } = this.options;
    const positive = threshold === 0 ? reluOp(x) : mul(x, cast(greaterEqual(x, threshold), x.dtype));
    const capped = maxValue === null ? positive : minimum(positive, maxValue);
    // What lies below the threshold, as a negative number or 0.
    return negativeSlope === 0 ? capped : add(capped, mul(reluOp(add(mul(x, -1), threshold)), -negativeSlope));
  }
}

export const reLU = factory<ReLUOptions | undefined, ReLU>(ReLU);
