/** Exponential linear units: Clevert et al., ICLR 2016, https://arxiv.org/abs/1511.07289. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { greater, mul, where } from '../../graph/ops/math.js';
import { elu as eluOp } from '../../graph/ops/nn.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** Factor of the part below 0; 1 by default. */
  alpha: number({ default: 1 }),
};
export type ELUOptions = LayerOptionsOf<typeof fields>;

/** `x` above 0, `alpha · (exp(x) − 1)` below; the same shape. */
export class ELU extends Layer<typeof fields> {
  static readonly className = 'ELU';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(_ctx: Context, x: Output): Output {
    const y = eluOp(x);
    return this.options.alpha === 1 ? y : where(greater(x, 0), y, mul(y, this.options.alpha));
  }
}

export const elu = factory<ELUOptions | undefined, ELU>(ELU);
