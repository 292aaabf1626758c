/** Cross-entropy of yes-or-no predictions. */
import type { Output } from '../../graph/graph.js';
import { abs, add, exp, log, log1p, maximum, mul, neg, sub } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { axisField, crossEntropyFields, smoothBinary } from './cross-entropy-fields.js';
import { lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';
import { clipProbabilities, logitsOf } from './predictions.js';

const fields = { ...crossEntropyFields, ...axisField, ...lossFields };
export type BinaryCrossentropyOptions = OptionsOf<typeof fields>;

/** `-(yTrue · log(p) + (1 - yTrue) · log(1 - p))` for every value, without a reduction. */
export function binaryCrossEntropies(yTrue: Output, yPred: Output, fromLogits: boolean): Output {
  const logits = logitsOf(yPred, 'Sigmoid') ?? (fromLogits ? yPred : undefined);
  if (logits !== undefined) return add(sub(maximum(logits, 0), mul(logits, yTrue)), log1p(exp(neg(abs(logits)))));
  const p = clipProbabilities(yPred);
  return neg(add(mul(yTrue, log(p)), mul(sub(1, yTrue), log(sub(1, p)))));
}

/** The mean over `axis` of the cross-entropies. */
export const binaryCrossentropyValues = (
  yTrue: Output,
  yPred: Output,
  options: { readonly fromLogits: boolean; readonly labelSmoothing: number; readonly axis?: number },
): Output => mean(binaryCrossEntropies(smoothBinary(yTrue, options.labelSmoothing), yPred, options.fromLogits), options.axis ?? -1);

/** `-mean(yTrue · log(yPred) + (1 - yTrue) · log(1 - yPred))` over `axis`; labels are 0 or 1, predictions probabilities or logits. */
export class BinaryCrossentropy extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'BinaryCrossentropy';
  static readonly fields = fields;
  static readonly aliases = ['bce'];

  protected override fn(yTrue: Output, yPred: Output): Output {
    return binaryCrossentropyValues(yTrue, yPred, this.options);
  }
}

export const binaryCrossentropy = factory<BinaryCrossentropyOptions | undefined, BinaryCrossentropy>(BinaryCrossentropy);
