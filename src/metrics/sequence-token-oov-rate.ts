/** Share of tokens that the vocabulary does not have (`SequenceTokenOOVRate` of FedJAX, fedjax/core/metrics.py). */
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { reshape } from '../graph/ops/array.js';
import { constantLike } from '../graph/ops/core.js';
import { cast, equal, logicalOr, notEqual } from '../graph/ops/math.js';
import { pairOf } from '../keras/losses/loss-function-wrapper.js';
import { MeanMetric } from '../keras/metrics/mean.js';
import { weightsOf } from '../keras/metrics/mean-metric-wrapper.js';
import { metricFields } from '../keras/metrics/metric.js';
import { integer, list, type OptionsOf } from '../keras/serialization/fields.js';
import { factory } from '../keras/serialization/keras-object.js';
import type { Tree } from '../tree.js';
import { maskedTokensField, tokenWeights } from './token-weights.js';

const fields = {
  /** Labels that stand for tokens outside of the vocabulary. A token of any of them counts, where in FedJAX it had to be all at once. */
  oovTokens: list(integer()),
  ...maskedTokensField,
  ...metricFields,
};
export type SequenceTokenOovRateOptions = OptionsOf<typeof fields>;

/** The share of the labels `[batch, …]`, class numbers, that are one of `oovTokens`, among those that are not masked. Predictions do not count. */
export class SequenceTokenOovRate extends MeanMetric<typeof fields> {
  static readonly className = 'SequenceTokenOovRate';
  static readonly fields = fields;

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const labels = cast(pairOf(this.className, yTrue, yPred)[0], 'int64');
    const { oovTokens, maskedTokens } = this.options;
    const weights = tokenWeights(labels, maskedTokens, weightsOf(this, ctx, yPred, sampleWeight), this.dtype);
    const isOov = oovTokens
      .map((token) => equal(labels, constantLike(labels, token, 'int64')))
      .reduce((some, one) => logicalOr(some, one), notEqual(labels, labels));
    this.addValues(ctx, reshape(isOov, [-1]), reshape(weights, [-1]));
  }
}

export const sequenceTokenOovRate = factory<SequenceTokenOovRateOptions, SequenceTokenOovRate>(SequenceTokenOovRate);
