/** Kullback-Leibler divergence of two distributions. */
import type { Output } from '../../graph/graph.js';
import { clip, div, log, mul } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { EPSILON } from '../epsilon.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

/** The values per example of {@link KLDivergence}. */
export const klDivergenceValues = (yTrue: Output, yPred: Output): Output => {
  const [t, p] = [clip(yTrue, EPSILON, 1), clip(yPred, EPSILON, 1)];
  return sum(mul(t, log(div(t, p))), -1);
};

/** `sum(yTrue · log(yTrue / yPred))` over the last axis, of probabilities limited to `[EPSILON, 1]`. */
export class KLDivergence extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'KLDivergence';
  static readonly fields = lossFields;
  static readonly aliases = ['kld', 'kullback_leibler_divergence'];

  protected override fn(yTrue: Output, yPred: Output): Output {
    return klDivergenceValues(yTrue, yPred);
  }
}

export const klDivergence = factory<LossOptions | undefined, KLDivergence>(KLDivergence);
