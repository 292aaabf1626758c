/** Share of sequences that were cut off (`SequenceTruncationRate` of FedJAX, fedjax/core/metrics.py). */
import { ValueError } from '../errors.js';
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { constantLike } from '../graph/ops/core.js';
import { cast, notEqual } from '../graph/ops/math.js';
import { all, max } from '../graph/ops/reduce.js';
import { pairOf } from '../keras/losses/loss-function-wrapper.js';
import { MeanMetric } from '../keras/metrics/mean.js';
import { weightsOf } from '../keras/metrics/mean-metric-wrapper.js';
import { metricFields } from '../keras/metrics/metric.js';
import { integer, type OptionsOf } from '../keras/serialization/fields.js';
import { factory } from '../keras/serialization/keras-object.js';
import type { Tree } from '../tree.js';
import { maskedTokensField, tokenWeights } from './token-weights.js';

const fields = {
  /** The label that ends a sequence: one that was cut off does not have it. */
  eosToken: integer(),
  ...maskedTokensField,
  ...metricFields,
};
export type SequenceTruncationRateOptions = OptionsOf<typeof fields>;

/**
 * The share of the sequences, labels `[batch, time]` of class numbers, that have no `eosToken`, among those that have a token that is not
 * masked. A sequence weighs as much as its heaviest token. Predictions do not count.
 */
export class SequenceTruncationRate extends MeanMetric<typeof fields> {
  static readonly className = 'SequenceTruncationRate';
  static readonly fields = fields;

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const labels = cast(pairOf(this.className, yTrue, yPred)[0], 'int64');
    if (labels.rank !== 2) throw new ValueError(`labels of ${this.className} must be [batch, time], received ${labels}`);
    const { eosToken, maskedTokens } = this.options;
    const weights = tokenWeights(labels, maskedTokens, weightsOf(this, ctx, yPred, sampleWeight), this.dtype);
    this.addValues(ctx, all(notEqual(labels, constantLike(labels, eosToken, 'int64')), 1), max(weights, 1));
  }
}

export const sequenceTruncationRate = factory<SequenceTruncationRateOptions, SequenceTruncationRate>(SequenceTruncationRate);
