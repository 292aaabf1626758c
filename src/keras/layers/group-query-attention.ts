/** Grouped-query attention: Ainslie et al., EMNLP 2023, https://arxiv.org/abs/2305.13245. */
import { ValueError } from '../../errors.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { type HeadSizes, MultiHeadBase, multiHeadFields } from './multi-head-base.js';

const fields = {
  /** Size of each head. */
  headDim: integer({ min: 1 }),
  /** Number of the queries' heads, a multiple of `numKeyValueHeads`. */
  numQueryHeads: integer({ min: 1 }),
  /** Number of the heads of keys and values. */
  numKeyValueHeads: integer({ min: 1 }),
  ...multiHeadFields,
};
export type GroupQueryAttentionOptions = LayerOptionsOf<typeof fields>;

/** Several heads of the query share a head of keys and values; inputs and arguments as of {@link MultiHeadBase}. */
export class GroupQueryAttention extends MultiHeadBase<typeof fields> {
  static readonly className = 'GroupQueryAttention';
  static readonly fields = fields;
  static readonly aliases = ['GroupedQueryAttention'];

  constructor(options: GroupQueryAttentionOptions) {
    super(options);
    const { numQueryHeads, numKeyValueHeads } = this.options;
    if (numQueryHeads % numKeyValueHeads !== 0)
      throw new ValueError(
        `\`numQueryHeads\` of layer \`${this.name}\` must be a multiple of the ${numKeyValueHeads} heads of keys and values, received ${numQueryHeads}`,
      );
  }

  protected override get heads(): HeadSizes {
    const { headDim, numQueryHeads, numKeyValueHeads } = this.options;
    return { queryHeads: numQueryHeads, keyValueHeads: numKeyValueHeads, keyDim: headDim, valueDim: headDim, outputSizes: null };
  }
}

export const groupQueryAttention = factory<GroupQueryAttentionOptions, GroupQueryAttention>(GroupQueryAttention);
