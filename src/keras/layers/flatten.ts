/** Flattening. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, product, reshape, sizesOf } from '../../graph/ops/array.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';

const fields = {
  dataFormat,
};
export type FlattenOptions = LayerOptionsOf<typeof fields>;

/** `[batch, …]` to `[batch, n]`; a `[batch]` becomes `[batch, 1]`. */
export class Flatten extends Layer<typeof fields> {
  static readonly className = 'Flatten';
  static readonly fields = fields;

  protected override call(_ctx: Context, x: Output): Output {
    if (x.rank === 1) return expandDims(x, 1);
    const size = product(sizesOf(x).slice(1), x);
    return reshape(x, [typeof size === 'number' ? -1 : (sizesOf(x)[0] as number), size]);
  }
}

export const flatten = factory<FlattenOptions | undefined, Flatten>(Flatten);
