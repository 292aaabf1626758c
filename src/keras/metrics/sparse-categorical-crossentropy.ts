/** The mean cross-entropy between class numbers and predicted classes. */
import type { Output } from '../../graph/graph.js';
import type { LossValues } from '../losses/loss.js';
import { sparseCategoricalCrossentropyValues, sparseCrossentropyFields } from '../losses/sparse-categorical-crossentropy.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { metricFields } from './metric.js';

const fields = { ...sparseCrossentropyFields, ...metricFields };
export type SparseCategoricalCrossentropyOptions = OptionsOf<typeof fields>;

/** Labels are class numbers `[batch, …]`, predictions `[batch, …, classes]`; examples of `ignoreClass` count as 0, as in Keras. */
export class SparseCategoricalCrossentropy extends MeanMetricWrapper<typeof fields> {
  static readonly className = 'SparseCategoricalCrossentropy';
  static readonly fields = fields;

  protected override castLabels(yTrue: Output): Output {
    return yTrue;
  }

  protected override fn(yTrue: Output, yPred: Output): LossValues {
    return sparseCategoricalCrossentropyValues(yTrue, yPred, this.options);
  }
}

export const sparseCategoricalCrossentropy = factory<SparseCategoricalCrossentropyOptions | undefined, SparseCategoricalCrossentropy>(
  SparseCategoricalCrossentropy,
);
