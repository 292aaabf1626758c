/** Multi-head attention: Vaswani et al., NeurIPS 2017, https://arxiv.org/abs/1706.03762. */
import type { LayerOptionsOf } from '../engine/layer.js';
import { field, integer, list, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { type HeadSizes, MultiHeadBase, multiHeadFields } from './multi-head-base.js';

const sizes = list(integer({ min: 1 }));
const fields = {
  /** Number of heads. */
  numHeads: integer({ min: 1 }),
  /** Size of each head's query and key. */
  keyDim: integer({ min: 1 }),
  /** Size of each head's value; `keyDim` by default. */
  valueDim: optional(integer({ min: 1 })),
  /** Size of the output for each step, or several sizes; the query's by default. */
  outputShape: optional(
    field<number | readonly number[], readonly number[]>(
      (name, value) => sizes.parse(name, Array.isArray(value) ? value : [value]),
      (value) => [...value],
    ),
  ),
  /** The axes that are attended over: only the steps. */
  attentionAxes: optional(list(integer())),
  ...multiHeadFields,
};
export type MultiHeadAttentionOptions = LayerOptionsOf<typeof fields>;

/** Every head of the query has keys and values of its own; inputs and arguments as of {@link MultiHeadBase}. */
export class MultiHeadAttention extends MultiHeadBase<typeof fields> {
  static readonly className = 'MultiHeadAttention';
  static readonly fields = fields;

  protected override get heads(): HeadSizes {
    const { numHeads, keyDim, valueDim, outputShape } = this.options;
    return { queryHeads: numHeads, keyValueHeads: numHeads, keyDim, valueDim: valueDim ?? keyDim, outputSizes: outputShape };
  }
}

export const multiHeadAttention = factory<MultiHeadAttentionOptions, MultiHeadAttention>(MultiHeadAttention);
