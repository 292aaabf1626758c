/** Mean absolute percentage error. */
import type { Output } from '../../graph/graph.js';
import { abs, div, maximum, mul, sub } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import { EPSILON } from '../epsilon.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

/** The values per example of {@link MeanAbsolutePercentageError}. */
export const meanAbsolutePercentageErrorValues = (yTrue: Output, yPred: Output): Output =>
  mul(mean(abs(div(sub(yTrue, yPred), maximum(abs(yTrue), EPSILON))), -1), 100);

/** `100 · mean(|yTrue - yPred| / max(|yTrue|, EPSILON))` over the last axis: percent of the label. */
export class MeanAbsolutePercentageError extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'MeanAbsolutePercentageError';
  static readonly fields = lossFields;
  static readonly aliases = ['mape'];

  protected override fn(yTrue: Output, yPred: Output): Output {
    return meanAbsolutePercentageErrorValues(yTrue, yPred);
  }
}

export const meanAbsolutePercentageError = factory<LossOptions | undefined, MeanAbsolutePercentageError>(MeanAbsolutePercentageError);
