/** Share of examples whose likeliest class is the labelled one. */
import type { Output } from '../../graph/graph.js';
import { squeeze } from '../../graph/ops/array.js';
import { cast, equal } from '../../graph/ops/math.js';
import { argMax } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { type MetricOptions, metricFields } from './metric.js';

/** Labels are class numbers `[batch, …]` (a last axis of size 1 is dropped), predictions `[batch, …, classes]`. */
export class SparseCategoricalAccuracy extends MeanMetricWrapper<typeof metricFields> {
  static readonly className = 'SparseCategoricalAccuracy';
  static readonly fields = metricFields;

  protected override castLabels(yTrue: Output): Output {
    return cast(yTrue, 'int64');
  }

  protected override fn(yTrue: Output, yPred: Output): Output {
    const labels = yTrue.rank === yPred.rank && yTrue.shape?.at(-1) === 1 ? squeeze(yTrue, [yTrue.rank - 1]) : yTrue;
    const matches = equal(labels, argMax(yPred));
    return matches.rank > 1 && matches.shape?.at(-1) === 1 ? squeeze(matches, [matches.rank - 1]) : matches;
  }
}

export const sparseCategoricalAccuracy = factory<MetricOptions | undefined, SparseCategoricalAccuracy>(SparseCategoricalAccuracy);
