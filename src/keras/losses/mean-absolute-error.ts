/** Mean absolute error. */
import type { Output } from '../../graph/graph.js';
import { abs, sub } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

/** The values per example of {@link MeanAbsoluteError}. */
export const meanAbsoluteErrorValues = (yTrue: Output, yPred: Output): Output => mean(abs(sub(yTrue, yPred)), -1);

/** `mean(|yTrue - yPred|)` over the last axis. */
export class MeanAbsoluteError extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'MeanAbsoluteError';
  static readonly fields = lossFields;
  static readonly aliases = ['mae'];

  protected override fn(yTrue: Output, yPred: Output): Output {
    return meanAbsoluteErrorValues(yTrue, yPred);
  }
}

export const meanAbsoluteError = factory<LossOptions | undefined, MeanAbsoluteError>(MeanAbsoluteError);
