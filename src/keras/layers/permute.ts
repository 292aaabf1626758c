/** Axes in another order. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { transpose } from '../../graph/ops/array.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { integer, list } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** The axes' order without the batch, from 1: `[2, 1]` swaps the first two. */
  dims: list(integer({ min: 1 })),
};
export type PermuteOptions = LayerOptionsOf<typeof fields>;

/** The batch stays first. */
export class Permute extends Layer<typeof fields> {
  static readonly className = 'Permute';
  static readonly fields = fields;

  protected override call(_ctx: Context, x: Output): Output {
    const { dims } = this.options;
    const expected = Array.from({ length: x.rank - 1 }, (_, i) => i + 1);
    if ([...dims].sort((a, b) => a - b).join() !== expected.join())
      throw new ValueError(`\`dims\` of layer \`${this.name}\` must be an order of ${expected.join(', ')}, received [${dims.join(', ')}]`);
    return transpose(x, [0, ...dims]);
  }
}

export const permute = factory<PermuteOptions, Permute>(Permute);
