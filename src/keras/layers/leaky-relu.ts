/** A rectifier that lets a share of negative values through. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { leakyRelu as leakyReluOp } from '../../graph/ops/nn.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** Factor of negative values, not negative; 0.3 by default. */
  negativeSlope: number({ min: 0, default: 0.3 }),
};
export type LeakyReLUOptions = LayerOptionsOf<typeof fields>;

/** The same shape. */
export class LeakyReLU extends Layer<typeof fields> {
  static readonly className = 'LeakyReLU';
  static readonly fields = fields;
  static readonly renamedKeys = { alpha: 'negative_slope' };
  protected override readonly supportsMasking = true;

  protected override call(_ctx: Context, x: Output): Output {
    return leakyReluOp(x, this.options.negativeSlope);
  }
}

export const leakyReLU = factory<LeakyReLUOptions | undefined, LeakyReLU>(LeakyReLU);
