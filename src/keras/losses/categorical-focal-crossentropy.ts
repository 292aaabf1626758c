/**
 * Cross-entropy between one-hot labels and predicted classes that weighs hard examples more.
 *
 * Lin et al., "Focal loss for dense object detection", ICCV 2017.
 */
import type { Output } from '../../graph/graph.js';
import { div, log, mul, neg, pow, sub } from '../../graph/ops/math.js';
import { softmax } from '../../graph/ops/nn.js';
import { sum } from '../../graph/ops/reduce.js';
import { checkNumber } from '../../validate.js';
import { type Field, field, number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { axisField, crossEntropyFields, smoothCategorical } from './cross-entropy-fields.js';
import { lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';
import { axisLast, clipProbabilities } from './predictions.js';

const classWeights: Field<number | readonly number[], number | readonly number[], false> = field<
  number | readonly number[],
  number | readonly number[]
>(
  (name, value) => (Array.isArray(value) ? value.map((v, i) => checkNumber(`${name}[${i}]`, v)) : checkNumber(name, value)),
  (value) => value,
  0.25,
);

const fields = {
  /** The weight of every class, or one per class; 0.25 by default, as in the paper. */
  alpha: classWeights,
  /** How much easy examples are played down; 2 by default, 0 is a weighted cross-entropy. */
  gamma: number({ default: 2 }),
  ...crossEntropyFields,
  ...axisField,
  ...lossFields,
};
export type CategoricalFocalCrossentropyOptions = OptionsOf<typeof fields>;

/** `sum(alpha · (1 - yPred)^gamma · -yTrue · log(yPred))` over `axis`. */
export class CategoricalFocalCrossentropy extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'CategoricalFocalCrossentropy';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    const { alpha, gamma, fromLogits, labelSmoothing, axis } = this.options;
    const t = axisLast(smoothCategorical(yTrue, labelSmoothing), axis);
    const given = axisLast(yPred, axis);
    const p = fromLogits ? softmax(given) : given;
    const output = clipProbabilities(div(p, sum(p, -1, true)));
    const weights = typeof alpha === 'number' ? alpha : output.graph.constant([...alpha], output.dtype);
    return sum(mul(mul(pow(sub(1, output), gamma), weights), neg(mul(t, log(output)))), -1);
  }
}

export const categoricalFocalCrossentropy = factory<CategoricalFocalCrossentropyOptions | undefined, CategoricalFocalCrossentropy>(
  CategoricalFocalCrossentropy,
);
