/** Pairs of values, or more at once, as buckets by their common hash. */
import { dtypeNumber, isInteger } from '../../dtype.js';
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, reshapeLike } from '../../graph/ops/array.js';
import { ops } from '../../graph/ops/core.js';
import { cast } from '../../graph/ops/math.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { denseField, encode, indexOptions, outputModeField } from './output-mode.js';

const fields = {
  /** Number of buckets, at least 1. */
  numBins: integer({ min: 1 }),
  /** `int` (default): the number of the bucket; or `one_hot`: a vector over the buckets. */
  outputMode: outputModeField(['int', 'one_hot'], 'int'),
  sparse: denseField,
};
export type HashedCrossingOptions = LayerOptionsOf<typeof fields>;

// The key of `tf.sparse.cross_hashed`.
const HASH_KEY = 0xdecafcaffe;

/** A list of at least two inputs of strings or whole numbers, each `[batch]` or `[batch, 1]`, to the same shape, as `int64` by default, or to `[batch, numBins]`. */
export class HashedCrossing extends Layer<typeof fields> {
  static readonly className = 'HashedCrossing';
  static readonly fields = fields;
  protected override readonly takesStructure = true;

  constructor(options: HashedCrossingOptions) {
    super(indexOptions(options));
  }

  /** Keras takes no `trainable` for it, and one element type for a policy. */
  override getConfig(): Record<string, unknown> {
    const { trainable: _, ...config } = super.getConfig();
    return { ...config, dtype: this.policy.variable };
  }

  protected override call(_ctx: Context, inputs: Output | readonly Output[]): Output {
    if (!Array.isArray(inputs) || inputs.length < 2) throw new ValueError(`layer \`${this.name}\` needs a list of at least 2 inputs`);
    const [first] = inputs as [Output];
    for (const x of inputs as readonly Output[]) {
      if (x.rank !== first.rank || !(x.rank === 1 || (x.rank === 2 && x.shape?.[1] === 1)))
        throw new ValueError(`layer \`${this.name}\` needs inputs [batch] or [batch, 1], all alike, received ${inputs.join(', ')}`);
      if (x.dtype !== 'string' && !isInteger(x.dtype))
        throw new ValueError(`layer \`${this.name}\` needs inputs of strings or whole numbers, received ${x}`);
    }
    const { numBins, outputMode } = this.options;
    const columns = inputs.map((x) => (x.dtype === 'string' ? x : cast(x, 'int64'))).map((x) => (x.rank === 2 ? x : expandDims(x, 1)));
    const [, bins] = ops('SparseCross', [[], [], [], columns], {
      hashed_output: true,
      num_buckets: numBins,
      hash_key: HASH_KEY,
      out_type: dtypeNumber('int64'),
      internal_type: dtypeNumber(columns.every((x) => x.dtype === 'string') ? 'string' : 'int64'),
    }) as [Output, Output];
    const { variable } = this.policy;
    const shaped = reshapeLike(bins, first);
    return outputMode === 'int' ? cast(shaped, variable) : encode(this.name, shaped, outputMode, numBins, variable);
  }
}

export const hashedCrossing = factory<HashedCrossingOptions, HashedCrossing>(HashedCrossing);
