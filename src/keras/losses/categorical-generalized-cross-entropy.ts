/**
 * Cross-entropy that tolerates wrong labels.
 *
 * Zhang and Sabuncu, "Generalized cross entropy loss for training deep neural networks with noisy labels", NeurIPS 2018.
 */
import type { Output } from '../../graph/graph.js';
import { sizeOfAxis, sizeOutput, squeeze } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { cast, div, mul, pow, sub } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

const fields = {
  /** Between 0, the cross-entropy, and 1, the mean absolute error, both excluded; 0.5 by default. */
  q: number({ min: 0, max: 1, exclusive: true, default: 0.5 }),
  ...lossFields,
};
export type CategoricalGeneralizedCrossEntropyOptions = OptionsOf<typeof fields>;

/** `(1 - yPred[yTrue]^q) / q`; labels are class numbers `[batch, …]`, predictions probabilities `[batch, …, classes]`. */
export class CategoricalGeneralizedCrossEntropy extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'CategoricalGeneralizedCrossEntropy';
  static readonly fields = fields;

  protected override castLabels(labels: Output): Output {
    return cast(labels, 'int64');
  }

  protected override fn(yTrue: Output, yPred: Output): Output {
    const { q } = this.options;
    const labels = yTrue.rank === yPred.rank && yTrue.shape?.at(-1) === 1 ? squeeze(yTrue, [yTrue.rank - 1]) : yTrue;
    const [one, zero] = [constantLike(yPred, 1, yPred.dtype), constantLike(yPred, 0, yPred.dtype)];
    const chosen = op('OneHot', [labels, sizeOutput(yPred, sizeOfAxis(yPred, -1)), one, zero], { axis: -1 });
    return div(sub(1, pow(sum(mul(yPred, chosen), -1), q)), q);
  }
}

export const categoricalGeneralizedCrossEntropy = factory<
  CategoricalGeneralizedCrossEntropyOptions | undefined,
  CategoricalGeneralizedCrossEntropy
>(CategoricalGeneralizedCrossEntropy);
