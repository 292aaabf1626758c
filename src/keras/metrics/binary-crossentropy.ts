/** The mean cross-entropy of yes-or-no predictions. */
import type { Output } from '../../graph/graph.js';
import { binaryCrossentropyValues } from '../losses/binary-crossentropy.js';
import { crossEntropyFields } from '../losses/cross-entropy-fields.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { metricFields } from './metric.js';

const fields = { ...crossEntropyFields, ...metricFields };
export type BinaryCrossentropyOptions = OptionsOf<typeof fields>;

/** Labels are 0 or 1, predictions probabilities or logits. */
export class BinaryCrossentropy extends MeanMetricWrapper<typeof fields> {
  static readonly className = 'BinaryCrossentropy';
  static readonly fields = fields;
  static readonly aliases = ['bce'];

  protected override fn(yTrue: Output, yPred: Output): Output {
    return binaryCrossentropyValues(yTrue, yPred, this.options);
  }
}

export const binaryCrossentropy = factory<BinaryCrossentropyOptions | undefined, BinaryCrossentropy>(BinaryCrossentropy);
