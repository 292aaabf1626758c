/** Huber loss: squared for small errors, absolute for large ones. */
import type { Output } from '../../graph/graph.js';
import { abs, lessEqual, mul, square, sub, where } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

const fields = {
  /** Where the loss turns from squared to absolute; positive, 1 by default. */
  delta: number({ min: 0, exclusive: true, default: 1 }),
  ...lossFields,
};
export type HuberOptions = OptionsOf<typeof fields>;

/** `mean(½ error²)` over the last axis for `|error| ≤ delta`, `delta · |error| - ½ delta²` beyond. */
export class Huber extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'Huber';
  static readonly fields = fields;
  static readonly aliases = ['huber_loss'];

  override get name(): string {
    return this.options.name ?? 'huber_loss';
  }

  protected override fn(yTrue: Output, yPred: Output): Output {
    const { delta } = this.options;
    const error = sub(yPred, yTrue);
    const size = abs(error);
    return mean(where(lessEqual(size, delta), mul(square(error), 0.5), sub(mul(size, delta), 0.5 * delta ** 2)), -1);
  }
}

export const huber = factory<HuberOptions | undefined, Huber>(Huber);
