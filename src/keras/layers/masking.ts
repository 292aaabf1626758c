/** Marks steps that do not count. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims } from '../../graph/ops/array.js';
import { cast, mul, notEqual } from '../../graph/ops/math.js';
import { any } from '../../graph/ops/reduce.js';
import type { Tree } from '../../tree.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** A step all of whose values are this does not count; 0 by default. */
  maskValue: number({ default: 0 }),
};
export type MaskingOptions = LayerOptionsOf<typeof fields>;

/** `[batch, steps, features]`; masked steps become 0, and later layers leave them out. */
export class Masking extends Layer<typeof fields> {
  static readonly className = 'Masking';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(_ctx: Context, x: Output): Output {
    return mul(x, cast(expandDims(this.#counts(x), -1), x.dtype));
  }

  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>): void {
    ctx.setMask(outputs as Output, this.#counts(inputs as Output));
  }

  #counts(x: Output): Output {
    return any(notEqual(x, this.options.maskValue), -1);
  }
}

export const masking = factory<MaskingOptions | undefined, Masking>(Masking);
