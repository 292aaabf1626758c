/** Mean squared error. */
import type { Output } from '../../graph/graph.js';
import { squaredDifference } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

/** The values per example of {@link MeanSquaredError}. */
export const meanSquaredErrorValues = (yTrue: Output, yPred: Output): Output => mean(squaredDifference(yPred, yTrue), -1);

/** `mean((yTrue - yPred)²)` over the last axis. */
export class MeanSquaredError extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'MeanSquaredError';
  static readonly fields = lossFields;
  static readonly aliases = ['mse'];

  protected override fn(yTrue: Output, yPred: Output): Output {
    return meanSquaredErrorValues(yTrue, yPred);
  }
}

export const meanSquaredError = factory<LossOptions | undefined, MeanSquaredError>(MeanSquaredError);
