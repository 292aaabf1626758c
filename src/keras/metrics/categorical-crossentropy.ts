/** The mean cross-entropy between one-hot labels and predicted classes. */
import type { Output } from '../../graph/graph.js';
import { categoricalCrossentropyValues } from '../losses/categorical-crossentropy.js';
import { axisField, crossEntropyFields } from '../losses/cross-entropy-fields.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { metricFields } from './metric.js';

const fields = { ...crossEntropyFields, ...axisField, ...metricFields };
export type CategoricalCrossentropyOptions = OptionsOf<typeof fields>;

/** Labels and predictions `[batch, …, classes]`: distributions over the classes of `axis`, predictions perhaps as logits. */
export class CategoricalCrossentropy extends MeanMetricWrapper<typeof fields> {
  static readonly className = 'CategoricalCrossentropy';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return categoricalCrossentropyValues(yTrue, yPred, this.options);
  }
}

export const categoricalCrossentropy = factory<CategoricalCrossentropyOptions | undefined, CategoricalCrossentropy>(
  CategoricalCrossentropy,
);
