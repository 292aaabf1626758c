/** Share of tokens whose likeliest class is the labelled one (`MaskedCategoricalAccuracy` of TFF's baselines, `keras_metrics.py`). */
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { reshape } from '../graph/ops/array.js';
import { cast, equal } from '../graph/ops/math.js';
import { argMax } from '../graph/ops/reduce.js';
import { pairOf } from '../keras/losses/loss-function-wrapper.js';
import { MeanMetric } from '../keras/metrics/mean.js';
import { weightsOf } from '../keras/metrics/mean-metric-wrapper.js';
import { metricFields } from '../keras/metrics/metric.js';
import type { OptionsOf } from '../keras/serialization/fields.js';
import { factory } from '../keras/serialization/keras-object.js';
import type { Tree } from '../tree.js';
import { maskedTokensField, tokenWeights } from './token-weights.js';

const fields = { ...maskedTokensField, ...metricFields };
export type MaskedCategoricalAccuracyOptions = OptionsOf<typeof fields>;

/**
 * `keras.metrics.sparseCategoricalAccuracy` over the labels that are not masked: class numbers `[batch, …]`, for predictions
 * `[batch, …, classes]`. `accuracy` is its name by default.
 */
export class MaskedCategoricalAccuracy extends MeanMetric<typeof fields> {
  static readonly className = 'MaskedCategoricalAccuracy';
  static readonly fields = fields;

  override get name(): string {
    return this.options.name ?? 'accuracy';
  }

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const [given, predictions] = pairOf(this.className, yTrue, yPred);
    const labels = cast(given, 'int64');
    const weights = tokenWeights(labels, this.options.maskedTokens, weightsOf(this, ctx, yPred, sampleWeight), this.dtype);
    // Every token by itself, as in TFF, where Keras takes a sequence's mean first.
    this.addValues(ctx, reshape(equal(labels, argMax(predictions)), [-1]), reshape(weights, [-1]));
  }
}

export const maskedCategoricalAccuracy = factory<MaskedCategoricalAccuracyOptions | undefined, MaskedCategoricalAccuracy>(
  MaskedCategoricalAccuracy,
);
