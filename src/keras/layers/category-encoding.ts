/** Whole numbers as vectors over all of them. */
import { isInteger } from '../../dtype.js';
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import { Output } from '../../graph/graph.js';
import { cast } from '../../graph/ops/math.js';
import { type CallArguments, Layer, type LayerOptionsOf } from '../engine/layer.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { denseField, encode, outputModeField } from './output-mode.js';

const fields = {
  /** How many numbers there are: inputs are in `[0, numTokens)`, others encode to zeros. */
  numTokens: integer({ min: 1 }),
  /** `multi_hot` (default): which numbers are in a row; `count`: how often; `one_hot`: each by itself. */
  outputMode: outputModeField(['one_hot', 'multi_hot', 'count'], 'multi_hot'),
  sparse: denseField,
};
export type CategoryEncodingOptions = LayerOptionsOf<typeof fields>;

/** `[batch, n]` to `[batch, numTokens]`; in the mode `one_hot` `[batch, …]` to `[batch, …, numTokens]`. Takes the argument `countWeights`. */
export class CategoryEncoding extends Layer<typeof fields> {
  static readonly className = 'CategoryEncoding';
  static readonly fields = fields;

  protected override call(_ctx: Context, x: Output, { countWeights }: CallArguments): Output {
    const { numTokens, outputMode } = this.options;
    if (countWeights !== undefined && outputMode !== 'count')
      throw new ValueError(`layer \`${this.name}\` takes \`countWeights\` in the mode count only, its mode is ${outputMode}`);
    const weights = countWeights instanceof Output ? countWeights : undefined;
    return encode(this.name, isInteger(x.dtype) ? x : cast(x, 'int64'), outputMode, numTokens, this.policy.compute, weights);
  }
}

export const categoryEncoding = factory<CategoryEncodingOptions, CategoryEncoding>(CategoryEncoding);
