/** Mean squared logarithmic error. */
import type { Output } from '../../graph/graph.js';
import { add, log, maximum, squaredDifference } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import { EPSILON } from '../epsilon.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

/** The values per example of {@link MeanSquaredLogarithmicError}. */
export const meanSquaredLogarithmicErrorValues = (yTrue: Output, yPred: Output): Output =>
  mean(squaredDifference(log(add(maximum(yPred, EPSILON), 1)), log(add(maximum(yTrue, EPSILON), 1))), -1);

/** `mean((log(yTrue + 1) - log(yPred + 1))²)` over the last axis, of values that are at least `EPSILON`. */
export class MeanSquaredLogarithmicError extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'MeanSquaredLogarithmicError';
  static readonly fields = lossFields;
  static readonly aliases = ['msle'];

  protected override fn(yTrue: Output, yPred: Output): Output {
    return meanSquaredLogarithmicErrorValues(yTrue, yPred);
  }
}

export const meanSquaredLogarithmicError = factory<LossOptions | undefined, MeanSquaredLogarithmicError>(MeanSquaredLogarithmicError);
