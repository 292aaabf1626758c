/** Hinge loss of several classes. */
import type { Output } from '../../graph/graph.js';
import { add, maximum, mul, sub } from '../../graph/ops/math.js';
import { max, sum } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

/** The values per example of {@link CategoricalHinge}. */
export const categoricalHingeValues = (yTrue: Output, yPred: Output): Output => {
  const positive = sum(mul(yTrue, yPred), -1);
  const negative = max(mul(sub(1, yTrue), yPred), -1);
  return maximum(add(sub(negative, positive), 1), 0);
};

/** `max(max((1 - yTrue) · yPred) - sum(yTrue · yPred) + 1, 0)` over the last axis; labels are one-hot. */
export class CategoricalHinge extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'CategoricalHinge';
  static readonly fields = lossFields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return categoricalHingeValues(yTrue, yPred);
  }
}

export const categoricalHinge = factory<LossOptions | undefined, CategoricalHinge>(CategoricalHinge);
