/** Share of examples whose class, given one-hot, is among the likeliest. */
import type { Output } from '../../graph/graph.js';
import { reshape, shapeOf, sizeOfAxis } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { cast } from '../../graph/ops/math.js';
import { argMax } from '../../graph/ops/reduce.js';
import { integer, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { metricFields } from './metric.js';

/** How many of the likeliest classes count; at least 1, 5 by default. */
export const topKField = { k: integer({ min: 1, default: 5 }) };

const fields = { ...topKField, ...metricFields };
export type TopKCategoricalAccuracyOptions = OptionsOf<typeof fields>;

/** Whether the class `yTrue` `[…]` is among the `k` likeliest of `yPred` `[…, classes]`; a class as likely as the last of them is, too. */
export function inTopK(yTrue: Output, yPred: Output, k: number): Output {
  const rows = reshape(cast(yPred, 'float32'), [-1, sizeOfAxis(yPred, -1)]);
  const matches = op('InTopKV2', [rows, reshape(cast(yTrue, 'int32'), [-1]), constantLike(yPred, k)]);
  return yTrue.rank === 1 ? matches : reshape(matches, shapeOf(yTrue));
}

/** Labels and predictions `[batch, …, classes]`. */
export class TopKCategoricalAccuracy extends MeanMetricWrapper<typeof fields> {
  static readonly className = 'TopKCategoricalAccuracy';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return inTopK(argMax(yTrue), yPred, this.options.k);
  }
}

export const topKCategoricalAccuracy = factory<TopKCategoricalAccuracyOptions | undefined, TopKCategoricalAccuracy>(
  TopKCategoricalAccuracy,
);
