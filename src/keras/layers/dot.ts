/** Products of two inputs along an axis of each. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, squeeze, transpose } from '../../graph/ops/array.js';
import { maximum, mul, rsqrt, square } from '../../graph/ops/math.js';
import { batchMatMul } from '../../graph/ops/nn.js';
import { sum } from '../../graph/ops/reduce.js';
import { flatten, type Tree } from '../../tree.js';
import { checkInteger, mustHold } from '../../validate.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { boolean, field } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Merge } from './merge.js';

type Axes = readonly [number, number];

const fields = {
  /** The axis of each input along which they are multiplied and summed: one number, or one each. */
  axes: field<number | Axes, Axes>(
    (name, value) => {
      if (!Array.isArray(value)) return [checkInteger(name, value), checkInteger(name, value)];
      if (value.length !== 2) throw mustHold(name, 'a number or two', value);
      return [checkInteger(name, value[0]), checkInteger(name, value[1])];
    },
    ([a, b]) => (a === b ? a : [a, b]),
  ),
  /** Whether both are scaled to length 1 first, which makes it the cosine; `false` by default. */
  normalize: boolean(false),
};
export type DotOptions = LayerOptionsOf<typeof fields>;

/** `[batch, i, k]` and `[batch, j, k]` over their last axes to `[batch, i, j]`. */
export class Dot extends Merge<typeof fields> {
  static readonly className = 'Dot';
  static readonly fields = fields;
  protected override readonly supportsMasking = false;

  protected override call(_ctx: Context, inputs: Tree<Output>): Output {
    return this.merge(flatten(inputs));
  }

  protected override merge(inputs: readonly Output[]): Output {
    const [a, b] = this.two(inputs).map((x, i) => this.#last(x, this.options.axes[i] as number)) as [Output, Output];
    // A matrix is a batch of vectors: it gets an axis for the product, which goes again.
    const [x, y] = [a.rank === 2 ? expandDims(a, 1) : a, b.rank === 2 ? expandDims(b, 1) : b];
    const product = batchMatMul(x, y, { adjointB: true });
    const gone = [...(a.rank === 2 ? [1] : []), ...(b.rank === 2 ? [2] : [])];
    if (gone.length === 2) return squeeze(product, [1]);
    return gone.length === 0 ? product : squeeze(product, gone);
  }

  /** The axis last, normalised where asked. */
  #last(x: Output, axis: number): Output {
    const at = axis < 0 ? axis + x.rank : axis;
    const moved = transpose(x, [...Array.from({ length: x.rank }, (_, i) => i).filter((i) => i !== at), at]);
    return this.options.normalize ? mul(moved, rsqrt(maximum(sum(square(moved), -1, true), 1e-12))) : moved;
  }
}

export const dot = factory<DotOptions, Dot>(Dot);
