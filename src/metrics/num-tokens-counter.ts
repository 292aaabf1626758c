/** The number of tokens that count (`NumTokensCounter` of TFF's baselines, tensorflow_federated/python/simulation/baselines/keras_metrics.py). */
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { cast } from '../graph/ops/math.js';
import { sum } from '../graph/ops/reduce.js';
import { pairOf } from '../keras/losses/loss-function-wrapper.js';
import { weightsOf } from '../keras/metrics/mean-metric-wrapper.js';
import { Metric, metricFields } from '../keras/metrics/metric.js';
import { dtypeField } from '../keras/serialization/dtype-field.js';
import type { OptionsOf } from '../keras/serialization/fields.js';
import { factory } from '../keras/serialization/keras-object.js';
import type { Tree } from '../tree.js';
import { maskedTokensField, tokenWeights } from './token-weights.js';

const fields = {
  ...maskedTokensField,
  ...metricFields,
  /** The element type of the count; `int64` by default, in which weights of tokens are cut to whole numbers. */
  dtype: dtypeField('int64'),
};
export type NumTokensCounterOptions = OptionsOf<typeof fields>;

/** Adds up the weights of the labels `[batch, …]`, class numbers, that are not masked; `num_tokens` is its name by default. */
export class NumTokensCounter extends Metric<typeof fields> {
  static readonly className = 'NumTokensCounter';
  static readonly fields = fields;
  readonly #sum = this.addVariable('sum');

  override get name(): string {
    return this.options.name ?? 'num_tokens';
  }

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const [labels] = pairOf(this.className, yTrue, yPred);
    const weights = weightsOf(this, ctx, yPred, sampleWeight);
    this.assignAdd(ctx, this.#sum, sum(tokenWeights(cast(labels, 'int64'), this.options.maskedTokens, weights, this.dtype)));
  }

  override result(ctx: Context): Output {
    return ctx.read(this.#sum);
  }
}

export const numTokensCounter = factory<NumTokensCounterOptions | undefined, NumTokensCounter>(NumTokensCounter);
