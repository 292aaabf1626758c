/** Hinge loss. */
import type { Output } from '../../graph/graph.js';
import { mean } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';
import { margins } from './margins.js';

/** The values per example of {@link Hinge}. */
export const hingeValues = (yTrue: Output, yPred: Output): Output => mean(margins(yTrue, yPred), -1);

/** `mean(max(1 - yTrue · yPred, 0))` over the last axis; labels are -1 or 1, labels that are all 0 or 1 are converted. */
export class Hinge extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'Hinge';
  static readonly fields = lossFields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return hingeValues(yTrue, yPred);
  }
}

export const hinge = factory<LossOptions | undefined, Hinge>(Hinge);
