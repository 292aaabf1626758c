/** Logarithm of the hyperbolic cosine of the error. */
import type { Output } from '../../graph/graph.js';
import { add, mul, sub } from '../../graph/ops/math.js';
import { softplus } from '../../graph/ops/nn.js';
import { mean } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

/** The values per example of {@link LogCosh}. */
export const logCoshValues = (yTrue: Output, yPred: Output): Output => {
  const error = sub(yPred, yTrue);
  return mean(sub(add(error, softplus(mul(error, -2))), Math.LN2), -1);
};

/** `mean(log(cosh(yPred - yTrue)))` over the last axis: squared for small errors, absolute for large ones, without overflow. */
export class LogCosh extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'LogCosh';
  static readonly fields = lossFields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return logCoshValues(yTrue, yPred);
  }
}

export const logCosh = factory<LossOptions | undefined, LogCosh>(LogCosh);
