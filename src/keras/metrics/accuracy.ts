/** Share of values that are predicted exactly. */
import type { Output } from '../../graph/graph.js';
import { equal } from '../../graph/ops/math.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { type MetricOptions, metricFields } from './metric.js';

/** How often predictions equal labels: for predictions that are class numbers, for example. */
export class Accuracy extends MeanMetricWrapper<typeof metricFields> {
  static readonly className = 'Accuracy';
  static readonly fields = metricFields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return equal(yTrue, yPred);
  }
}

export const accuracy = factory<MetricOptions | undefined, Accuracy>(Accuracy);
