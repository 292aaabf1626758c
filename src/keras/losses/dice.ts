/**
 * Dice loss of overlapping regions, for segmentation.
 *
 * Milletari et al., "V-Net: Fully convolutional neural networks for volumetric medical image segmentation", 3DV 2016.
 */
import type { Output } from '../../graph/graph.js';
import { add, div, mul, sub } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { EPSILON } from '../epsilon.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';
import { axesField } from './overlap-fields.js';

const fields = {
  /** What is summed over; `null`, the default, is everything. */
  axis: axesField,
  ...lossFields,
};
export type DiceOptions = OptionsOf<typeof fields>;

/** `1 - 2 · Σ yTrue · yPred / (Σ yTrue + Σ yPred + EPSILON)` over `axis`: 0 for regions that agree, 1 for disjoint ones. */
export class Dice extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'Dice';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    const total = (x: Output): Output => sum(x, this.options.axis ?? undefined);
    const overlap = mul(total(mul(yTrue, yPred)), 2);
    return sub(1, div(overlap, add(add(total(yTrue), total(yPred)), EPSILON)));
  }
}

export const dice = factory<DiceOptions | undefined, Dice>(Dice);
