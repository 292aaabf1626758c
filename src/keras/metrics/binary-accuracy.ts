/** Share of yes-or-no predictions that are right. */
import type { Output } from '../../graph/graph.js';
import { cast, equal, greater } from '../../graph/ops/math.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { metricFields } from './metric.js';

const fields = {
  /** Predictions above it mean 1; 0.5 by default. Logits need 0. */
  threshold: number({ default: 0.5 }),
  ...metricFields,
};
export type BinaryAccuracyOptions = OptionsOf<typeof fields>;

/** Labels are 0 or 1, predictions numbers of the same shape. */
export class BinaryAccuracy extends MeanMetricWrapper<typeof fields> {
  static readonly className = 'BinaryAccuracy';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return equal(yTrue, cast(greater(yPred, this.options.threshold), yTrue.dtype));
  }
}

export const binaryAccuracy = factory<BinaryAccuracyOptions | undefined, BinaryAccuracy>(BinaryAccuracy);
