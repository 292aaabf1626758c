/** `scale · x + offset`. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, cast, mul } from '../../graph/ops/math.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** For example `1 / 255` for images of bytes. */
  scale: number(),
  /** 0 by default. */
  offset: number({ default: 0 }),
};
export type RescalingOptions = LayerOptionsOf<typeof fields>;

/** The same shape, as floats. */
export class Rescaling extends Layer<typeof fields> {
  static readonly className = 'Rescaling';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(_ctx: Context, x: Output): Output {
    return add(mul(cast(x, this.policy.compute), this.options.scale), this.options.offset);
  }
}

export const rescaling = factory<RescalingOptions, Rescaling>(Rescaling);
