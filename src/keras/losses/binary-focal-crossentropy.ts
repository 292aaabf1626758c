/**
 * Cross-entropy of yes-or-no predictions that weighs hard examples more.
 *
 * Lin et al., "Focal loss for dense object detection", ICCV 2017.
 */
import type { Output } from '../../graph/graph.js';
import { add, mul, pow, sigmoid, sub } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import { boolean, number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { binaryCrossEntropies } from './binary-crossentropy.js';
import { axisField, crossEntropyFields, smoothBinary } from './cross-entropy-fields.js';
import { lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

const fields = {
  /** Whether label 1 weighs `alpha` and label 0 `1 - alpha`; `false` by default. */
  applyClassBalancing: boolean(false),
  /** The weight of label 1 where classes are balanced; 0.25 by default, as in the paper. */
  alpha: number({ default: 0.25 }),
  /** How much easy examples are played down; 2 by default, 0 is the plain cross-entropy. */
  gamma: number({ default: 2 }),
  ...crossEntropyFields,
  ...axisField,
  ...lossFields,
};
export type BinaryFocalCrossentropyOptions = OptionsOf<typeof fields>;

/** `mean((1 - q)^gamma · crossEntropy)` over `axis`, `q` being the probability that was given to the label. */
export class BinaryFocalCrossentropy extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'BinaryFocalCrossentropy';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    const { applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing, axis } = this.options;
    const t = smoothBinary(yTrue, labelSmoothing);
    const p = fromLogits ? sigmoid(yPred) : yPred;
    const given = add(mul(t, p), mul(sub(1, t), sub(1, p)));
    const focal = mul(pow(sub(1, given), gamma), binaryCrossEntropies(t, p, false));
    return mean(applyClassBalancing ? mul(add(mul(t, alpha), mul(sub(1, t), 1 - alpha)), focal) : focal, axis);
  }
}

export const binaryFocalCrossentropy = factory<BinaryFocalCrossentropyOptions | undefined, BinaryFocalCrossentropy>(
  BinaryFocalCrossentropy,
);
