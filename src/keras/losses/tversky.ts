/**
 * Tversky loss of overlapping regions, for segmentation where one kind of error is worse.
 *
 * Salehi et al., "Tversky loss function for image segmentation using 3D fully convolutional deep networks", MLMI 2017.
 */
import type { Output } from '../../graph/graph.js';
import { add, div, mul, sub } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { EPSILON } from '../epsilon.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';
import { axesField } from './overlap-fields.js';

const fields = {
  /** The weight of what is labelled and not predicted; 0.5 by default, with which the loss is {@link Dice}. */
  alpha: number({ default: 0.5 }),
  /** The weight of what is predicted and not labelled; 0.5 by default. */
  beta: number({ default: 0.5 }),
  /** What is summed over; `null`, the default, is everything. */
  axis: axesField,
  ...lossFields,
};
export type TverskyOptions = OptionsOf<typeof fields>;

/** `1 - hits / (hits + alpha · misses + beta · falseAlarms + EPSILON)` over `axis`. */
export class Tversky extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'Tversky';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    const { alpha, beta } = this.options;
    const total = (x: Output): Output => sum(x, this.options.axis ?? undefined);
    const hits = total(mul(yTrue, yPred));
    const misses = mul(total(mul(sub(1, yPred), yTrue)), alpha);
    const falseAlarms = mul(total(mul(yPred, sub(1, yTrue))), beta);
    return sub(1, div(hits, add(add(add(hits, misses), falseAlarms), EPSILON)));
  }
}

export const tversky = factory<TverskyOptions | undefined, Tversky>(Tversky);
