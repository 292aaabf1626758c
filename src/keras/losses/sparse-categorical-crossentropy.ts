/** Cross-entropy between class numbers and predicted classes. */
import type { Output } from '../../graph/graph.js';
import { expandDims, squeeze } from '../../graph/ops/array.js';
import { cast, log, mul, notEqual, where } from '../../graph/ops/math.js';
import { sparseSoftmaxCrossEntropy } from '../../graph/ops/nn.js';
import { boolean, integer, type OptionsOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { axisField } from './cross-entropy-fields.js';
import { type LossValues, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';
import { axisLast, byRows, clipProbabilities, logitsOf } from './predictions.js';

/** Options of the loss and of the metric. */
export const sparseCrossentropyFields = {
  /** Whether predictions are logits; `false` by default, which means probabilities. */
  fromLogits: boolean(false),
  /** A class whose examples do not count, for example -1; none by default. */
  ignoreClass: optional(integer()),
  ...axisField,
};
const fields = { ...sparseCrossentropyFields, ...lossFields };
export type SparseCategoricalCrossentropyOptions = OptionsOf<typeof fields>;

/** `-log(yPred[yTrue])`, and which examples are not of the ignored class. */
export function sparseCategoricalCrossentropyValues(
  yTrue: Output,
  yPred: Output,
  options: { readonly fromLogits: boolean; readonly ignoreClass: number | null; readonly axis: number },
): LossValues {
  const { fromLogits, ignoreClass, axis } = options;
  const dropped = yTrue.rank === yPred.rank && yTrue.shape?.at(axis) === 1;
  const squeezed = dropped ? squeeze(yTrue, [axis < 0 ? axis + yTrue.rank : axis]) : yTrue;
  const given = squeezed.dtype === 'int32' ? squeezed : cast(squeezed, 'int64');
  const mask = ignoreClass === null ? undefined : notEqual(given, ignoreClass);
  const labels = mask === undefined ? given : mul(given, cast(mask, given.dtype));
  const p = axisLast(yPred, axis);
  const logits = logitsOf(p, 'Softmax') ?? (fromLogits ? p : log(clipProbabilities(p)));
  // Predictions of ignored examples may be anything, even not finite.
  const safe = mask === undefined ? logits : where(expandDims(mask, -1), logits, 0);
  const values = byRows(safe, labels, sparseSoftmaxCrossEntropy);
  return mask === undefined ? values : { values: where(mask, values, 0), mask };
}

/**
 * Labels `[batch, …]` (a last axis of size 1 is dropped), predictions `[batch, …, classes]`.
 *
 * With `ignoreClass` the mean is over the examples that count.
 */
export class SparseCategoricalCrossentropy extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'SparseCategoricalCrossentropy';
  static readonly fields = fields;

  protected override castLabels(labels: Output): Output {
    return labels;
  }

  protected override fn(yTrue: Output, yPred: Output): LossValues {
    return sparseCategoricalCrossentropyValues(yTrue, yPred, this.options);
  }
}

export const sparseCategoricalCrossentropy = factory<SparseCategoricalCrossentropyOptions | undefined, SparseCategoricalCrossentropy>(
  SparseCategoricalCrossentropy,
);
