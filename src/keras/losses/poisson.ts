/** Poisson loss of counts. */
import type { Output } from '../../graph/graph.js';
import { add, log, mul, sub } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import { EPSILON } from '../epsilon.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

/** The values per example of {@link Poisson}. */
export const poissonValues = (yTrue: Output, yPred: Output): Output => mean(sub(yPred, mul(yTrue, log(add(yPred, EPSILON)))), -1);

/** `mean(yPred - yTrue · log(yPred + EPSILON))` over the last axis: predictions are rates, positive. */
export class Poisson extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'Poisson';
  static readonly fields = lossFields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return poissonValues(yTrue, yPred);
  }
}

export const poisson = factory<LossOptions | undefined, Poisson>(Poisson);
