/** Additive attention: Bahdanau et al., ICLR 2015, https://arxiv.org/abs/1409.0473. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims } from '../../graph/ops/array.js';
import { add, mul, tanh } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';
import type { Tree } from '../../tree.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { initializerRegistry } from '../initializers/index.js';
import { boolean } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { AttentionBase, attentionFields } from './attention-base.js';

const fields = {
  /** Whether the features are multiplied by learnt numbers; `true` by default. */
  useScale: boolean(true),
  ...attentionFields,
};
export type AdditiveAttentionOptions = LayerOptionsOf<typeof fields>;

/** `[batch, queries, features]`. Arguments: `mask` (of query and value), `useCausalMask`, `returnAttentionScores`. */
export class AdditiveAttention extends AttentionBase<typeof fields> {
  static readonly className = 'AdditiveAttention';
  static readonly fields = fields;
  static readonly ignoredKeys = ['score_mode'];

  protected override build(shapes: Tree<Shape>): void {
    const query = Array.isArray(shapes) ? (shapes as readonly Shape[])[0] : undefined;
    if (!Array.isArray(query)) throw new ValueError(`layer \`${this.name}\` takes [query, value] or [query, value, key]`);
    const size = query.at(-1) as number;
    if (this.options.useScale) this.scale = this.addWeight('scale', [size], { initializer: initializerRegistry.get('glorotUniform') });
  }

  protected override scores(ctx: Context, query: Output, key: Output): Output {
    const features = tanh(add(expandDims(query, 2), expandDims(key, 1)));
    return sum(this.scale === undefined ? features : mul(features, this.read(ctx, this.scale)), -1);
  }
}

export const additiveAttention = factory<AdditiveAttentionOptions | undefined, AdditiveAttention>(AdditiveAttention);
