/** Attention by products: Luong et al., EMNLP 2015, https://arxiv.org/abs/1508.04025. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims } from '../../graph/ops/array.js';
import { add, mul, tanh } from '../../graph/ops/math.js';
import { batchMatMul } from '../../graph/ops/nn.js';
import { sum } from '../../graph/ops/reduce.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { Ones } from '../initializers/constants.js';
import { boolean, oneOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { AttentionBase, attentionFields } from './attention-base.js';

const fields = {
  /** Whether scores are multiplied by a learnt number; `false` by default. */
  useScale: boolean(false),
  /** `dot` (default) multiplies query and key, `concat` adds them under a hyperbolic tangent. */
  scoreMode: oneOf(['dot', 'concat'], 'dot'),
  ...attentionFields,
};
export type AttentionOptions = LayerOptionsOf<typeof fields>;

/** `[batch, queries, features]`. Arguments: `mask` (of query and value), `useCausalMask`, `returnAttentionScores`. */
export class Attention extends AttentionBase<typeof fields> {
  static readonly className = 'Attention';
  static readonly fields = fields;
  #concatWeight: Weight | undefined;

  protected override build(): void {
    if (this.options.useScale) this.scale = this.addWeight('scale', [], { initializer: new Ones() });
    if (this.options.scoreMode === 'concat') this.#concatWeight = this.addWeight('concat_score_weight', [], { initializer: new Ones() });
  }

  protected override scores(ctx: Context, query: Output, key: Output): Output {
    const scaled = (x: Output): Output => (this.scale === undefined ? x : mul(x, this.read(ctx, this.scale)));
    if (this.#concatWeight === undefined) return scaled(batchMatMul(query, key, { adjointB: true }));
    return mul(sum(tanh(scaled(add(expandDims(query, 2), expandDims(key, 1)))), -1), this.read(ctx, this.#concatWeight));
  }
}

export const attention = factory<AttentionOptions | undefined, Attention>(Attention);
