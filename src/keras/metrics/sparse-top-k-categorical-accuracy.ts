/** Share of examples whose class number is among the likeliest. */
import type { Output } from '../../graph/graph.js';
import { expandDims, sliceAxis, squeeze } from '../../graph/ops/array.js';
import { cast, equal } from '../../graph/ops/math.js';
import { any } from '../../graph/ops/reduce.js';
import { boolean, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { metricFields } from './metric.js';
import { inTopK, topKField } from './top-k-categorical-accuracy.js';

const fields = {
  ...topKField,
  /** Whether predictions are class numbers, the likeliest first, instead of a value per class; `false` by default. */
  fromSortedIds: boolean(false),
  ...metricFields,
};
export type SparseTopKCategoricalAccuracyOptions = OptionsOf<typeof fields>;

/** Labels are class numbers `[batch, …]` (a last axis of size 1 is dropped), predictions `[batch, …, classes]`. */
export class SparseTopKCategoricalAccuracy extends MeanMetricWrapper<typeof fields> {
  static readonly className = 'SparseTopKCategoricalAccuracy';
  static readonly fields = fields;

  protected override castLabels(yTrue: Output): Output {
    return yTrue;
  }

  protected override fn(yTrue: Output, yPred: Output): Output {
    const { k, fromSortedIds } = this.options;
    const labels = yTrue.rank === yPred.rank && yTrue.shape?.at(-1) === 1 ? squeeze(yTrue, [yTrue.rank - 1]) : yTrue;
    if (!fromSortedIds) return inTopK(labels, yPred, k);
    return any(equal(expandDims(cast(labels, yPred.dtype), -1), sliceAxis(yPred, -1, 0, k)), -1);
  }
}

export const sparseTopKCategoricalAccuracy = factory<SparseTopKCategoricalAccuracyOptions | undefined, SparseTopKCategoricalAccuracy>(
  SparseTopKCategoricalAccuracy,
);
