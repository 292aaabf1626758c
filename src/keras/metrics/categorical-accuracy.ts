/** Share of examples whose likeliest class is that of their one-hot label. */
import type { Output } from '../../graph/graph.js';
import { equal } from '../../graph/ops/math.js';
import { argMax } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { type MetricOptions, metricFields } from './metric.js';

/** Labels and predictions `[batch, …, classes]`. */
export class CategoricalAccuracy extends MeanMetricWrapper<typeof metricFields> {
  static readonly className = 'CategoricalAccuracy';
  static readonly fields = metricFields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return equal(argMax(yTrue), argMax(yPred));
  }
}

export const categoricalAccuracy = factory<MetricOptions | undefined, CategoricalAccuracy>(CategoricalAccuracy);
