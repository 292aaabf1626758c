/** Cross-entropy between one-hot labels and predicted classes. */
import type { Output } from '../../graph/graph.js';
import { div, log, mul, neg } from '../../graph/ops/math.js';
import { softmaxCrossEntropy } from '../../graph/ops/nn.js';
import { sum } from '../../graph/ops/reduce.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { axisField, crossEntropyFields, smoothCategorical } from './cross-entropy-fields.js';
import { lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';
import { axisLast, byRows, clipProbabilities, logitsOf } from './predictions.js';

const fields = { ...crossEntropyFields, ...axisField, ...lossFields };
export type CategoricalCrossentropyOptions = OptionsOf<typeof fields>;

/** `-sum(yTrue · log(yPred / sum(yPred)))` over `axis`. */
export function categoricalCrossentropyValues(
  yTrue: Output,
  yPred: Output,
  options: { readonly fromLogits: boolean; readonly labelSmoothing: number; readonly axis: number },
): Output {
  const { fromLogits, labelSmoothing, axis } = options;
  const t = axisLast(smoothCategorical(yTrue, labelSmoothing), axis);
  const p = axisLast(yPred, axis);
  const logits = logitsOf(p, 'Softmax') ?? (fromLogits ? p : undefined);
  if (logits !== undefined) return byRows(logits, t, softmaxCrossEntropy);
  return neg(sum(mul(t, log(clipProbabilities(div(p, sum(p, -1, true))))), -1));
}

/** Labels and predictions `[batch, …, classes]`: distributions over the classes of `axis`, predictions perhaps as logits. */
export class CategoricalCrossentropy extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'CategoricalCrossentropy';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return categoricalCrossentropyValues(yTrue, yPred, this.options);
  }
}

export const categoricalCrossentropy = factory<CategoricalCrossentropyOptions | undefined, CategoricalCrossentropy>(
  CategoricalCrossentropy,
);
