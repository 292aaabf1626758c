/** Cross-entropy between class numbers and predicted classes. */
import type { DType } from '../../dtype.js';
import type { Output } from '../../graph/graph.js';
import { reshape, shapeOf, squeeze } from '../../graph/ops/array.js';
import { cast, clip, div, log, mul, notEqual, where } from '../../graph/ops/math.js';
import { sparseSoftmaxCrossEntropy } from '../../graph/ops/nn.js';
import { sum } from '../../graph/ops/reduce.js';
import { boolean, integer, type OptionsOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Loss, lossFields } from './loss.js';

const fields = {
  /** Whether predictions are logits; `false` by default, which means probabilities. */
  fromLogits: boolean(false),
  /** A class whose examples do not count, for example -1; none by default. */
  ignoreClass: optional(integer()),
  ...lossFields,
};
export type SparseCategoricalCrossentropyOptions = OptionsOf<typeof fields>;

/** Predictions are clipped to `[EPSILON, 1 - EPSILON]` before a logarithm, as everywhere in Keras. */
export const EPSILON = 1e-7;

/** Labels `[batch, …]` (a last axis of size 1 is dropped), predictions `[batch, …, classes]`. */
export class SparseCategoricalCrossentropy extends Loss<typeof fields> {
  static readonly className = 'SparseCategoricalCrossentropy';
  static readonly fields = fields;

  protected override castLabels(labels: Output, _dtype: DType): Output {
    return cast(labels, 'int64');
  }

  protected override call(yTrue: Output, yPred: Output): Output {
    const { fromLogits, ignoreClass } = this.options;
    const squeezed = yTrue.rank === yPred.rank && yTrue.shape?.at(-1) === 1 ? squeeze(yTrue, [yTrue.rank - 1]) : yTrue;
    const valid = ignoreClass === null ? undefined : notEqual(squeezed, squeezed.graph.constant(BigInt(ignoreClass), 'int64'));
    const labels = valid === undefined ? squeezed : mul(squeezed, cast(valid, 'int64'));
    const classes = yPred.shape?.at(-1) as number;
    const logits = fromLogits ? yPred : log(clip(normalised(yPred), EPSILON, 1 - EPSILON));
    const values =
      labels.rank === 1
        ? sparseSoftmaxCrossEntropy(logits, labels)
        : reshape(sparseSoftmaxCrossEntropy(reshape(logits, [-1, classes]), reshape(labels, [-1])), shapeOf(labels));
    return valid === undefined ? values : where(valid, values, 0);
  }
}

const normalised = (probabilities: Output): Output => div(probabilities, sum(probabilities, -1, true));

export const sparseCategoricalCrossentropy = factory<SparseCategoricalCrossentropyOptions | undefined, SparseCategoricalCrossentropy>(
  SparseCategoricalCrossentropy,
);
