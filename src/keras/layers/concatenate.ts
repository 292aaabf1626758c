/** Several inputs one after another. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat } from '../../graph/ops/array.js';
import { flatten, type Tree } from '../../tree.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Merge } from './merge.js';

const fields = {
  /** The axis along which they are joined; the last by default. */
  axis: integer({ default: -1 }),
};
export type ConcatenateOptions = LayerOptionsOf<typeof fields>;

/** Inputs of equal sizes but for the axis. */
export class Concatenate extends Merge<typeof fields> {
  static readonly className = 'Concatenate';
  static readonly fields = fields;

  protected override call(_ctx: Context, inputs: Tree<Output>): Output {
    const list = flatten(inputs);
    const rank = (list[0] as Output).rank;
    if (list.some((x) => x.rank !== rank))
      throw new ValueError(`layer \`${this.name}\` needs inputs of equal rank, received ${list.join(' and ')}`);
    return this.merge(list);
  }

  protected override merge(inputs: readonly Output[]): Output {
    const { axis } = this.options;
    return concat(inputs, axis < 0 ? axis + (inputs[0] as Output).rank : axis);
  }
}

export const concatenate = factory<ConcatenateOptions | undefined, Concatenate>(Concatenate);
