/** Squared hinge loss. */
import type { Output } from '../../graph/graph.js';
import { square } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';
import { margins } from './margins.js';

/** The values per example of {@link SquaredHinge}. */
export const squaredHingeValues = (yTrue: Output, yPred: Output): Output => mean(square(margins(yTrue, yPred)), -1);

/** `mean(max(1 - yTrue · yPred, 0)²)` over the last axis; labels are -1 or 1, labels that are all 0 or 1 are converted. */
export class SquaredHinge extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'SquaredHinge';
  static readonly fields = lossFields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return squaredHingeValues(yTrue, yPred);
  }
}

export const squaredHinge = factory<LossOptions | undefined, SquaredHinge>(SquaredHinge);
