/** A vector as a sequence. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, tile } from '../../graph/ops/array.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** How often it comes, at least 1. */
  n: integer({ min: 1 }),
};
export type RepeatVectorOptions = LayerOptionsOf<typeof fields>;

/** `[batch, features]` to `[batch, n, features]`. */
export class RepeatVector extends Layer<typeof fields> {
  static readonly className = 'RepeatVector';
  static readonly fields = fields;

  protected override call(_ctx: Context, x: Output): Output {
    return tile(expandDims(x, 1), [1, this.options.n, 1]);
  }
}

export const repeatVector = factory<RepeatVectorOptions, RepeatVector>(RepeatVector);
