/**
 * Circle loss of embeddings.
 *
 * Sun et al., "Circle loss: A unified perspective of pair similarity optimization", CVPR 2020.
 */
import type { Output } from '../../graph/graph.js';
import { range, reshape, sizeOfAxis } from '../../graph/ops/array.js';
import { add, cast, equal, greater, logicalAnd, logicalNot, maximum, mul, notEqual, sub, where } from '../../graph/ops/math.js';
import { matMul, softplus } from '../../graph/ops/nn.js';
import { logSumExp } from '../../graph/ops/reduce.js';
import { boolean, number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { type LossValues, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

const fields = {
  /** How sharp the loss is; positive, 80 by default. */
  gamma: number({ min: 0, exclusive: true, default: 80 }),
  /** How far similarities may be from 0 and 1; 0.4 by default. */
  margin: number({ default: 0.4 }),
  /** Whether an example is no positive of itself; `true` by default. */
  removeDiagonal: boolean(true),
  ...lossFields,
};
export type CircleOptions = OptionsOf<typeof fields>;

/** Labels are class numbers `[batch]`, predictions embeddings `[batch, dim]` of length 1; the mean is over examples whose loss is not 0. */
export class Circle extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'Circle';
  static readonly fields = fields;

  protected override castLabels(labels: Output): Output {
    return cast(labels, 'int32');
  }

  protected override fn(yTrue: Output, yPred: Output): LossValues {
    const { gamma, margin, removeDiagonal } = this.options;
    const same = equal(reshape(yTrue, [-1, 1]), reshape(yTrue, [1, -1]));
    const index = range(yPred, 0, sizeOfAxis(yPred, 0));
    const others = notEqual(reshape(index, [-1, 1]), reshape(index, [1, -1]));
    const positives = removeDiagonal ? logicalAnd(same, others) : same;
    const distance = maximum(sub(1, matMul(yPred, yPred, { transposeB: true })), 0);
    const attraction = mul(mul(maximum(add(distance, margin), 0), sub(margin, distance)), -gamma);
    const repulsion = mul(mul(maximum(sub(1 + margin, distance), 0), sub(1 - margin, distance)), gamma);
    const over = (pairs: Output, chosen: Output): Output => logSumExp(where(chosen, pairs, Number.NEGATIVE_INFINITY), 1);
    const values = softplus(add(over(attraction, positives), over(repulsion, logicalNot(same))));
    return { values, mask: greater(values, 0) };
  }
}

export const circle = factory<CircleOptions | undefined, Circle>(Circle);
