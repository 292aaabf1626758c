/** Reshaping. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { product, reshape as reshapeOp, type Size, sizeOfAxis, sizesOf } from '../../graph/ops/array.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { integer, list } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** Sizes without the batch; one may be -1, which is what is left. */
  targetShape: list(integer({ min: -1 })),
};
export type ReshapeOptions = LayerOptionsOf<typeof fields>;

/** `[batch, …]` to `[batch, …targetShape]`. */
export class Reshape extends Layer<typeof fields> {
  static readonly className = 'Reshape';
  static readonly fields = fields;

  protected override call(_ctx: Context, x: Output): Output {
    const { targetShape } = this.options;
    const free = targetShape.filter((s) => s === -1).length;
    if (free > 1) throw new ValueError(`\`targetShape\` of layer \`${this.name}\` may have one -1, received [${targetShape.join(', ')}]`);
    const size = product(sizesOf(x).slice(1), x);
    const rest = targetShape.filter((s) => s !== -1).reduce((a, b) => a * b, 1);
    if (typeof size !== 'number') return reshapeOp(x, [free === 1 ? (sizeOfAxis(x, 0) as Size) : -1, ...targetShape]);
    if (free === 0 ? size !== rest : rest === 0 || size % rest !== 0)
      throw new ValueError(
        `\`targetShape\` of layer \`${this.name}\` must hold the ${size} values of an example, received [${targetShape.join(', ')}]`,
      );
    return reshapeOp(x, [-1, ...targetShape.map((s) => (s === -1 ? size / rest : s))]);
  }
}

export const reshape = factory<ReshapeOptions, Reshape>(Reshape);
