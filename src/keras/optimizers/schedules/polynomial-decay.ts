/** A rate that falls to an end rate along a polynomial. */
import type { Output } from '../../../graph/graph.js';
import { add, ceil, div, maximum, minimum, mul, pow, sub } from '../../../graph/ops/math.js';
import { boolean, number, type OptionsOf } from '../../serialization/fields.js';
import { factory } from '../../serialization/keras-object.js';
import { LearningRateSchedule, scheduleName } from './learning-rate-schedule.js';

const fields = {
  /** Not negative. */
  initialLearningRate: number({ min: 0 }),
  /** When the end is reached, above 0. */
  decaySteps: number({ min: 0, exclusive: true }),
  /** Not negative; 1e-4 by default. */
  endLearningRate: number({ min: 0, default: 1e-4 }),
  /** Of the polynomial; 1, a line, by default. */
  power: number({ default: 1 }),
  /** Whether it begins again, each time to last longer, when the end is reached; `false` by default: then the rate stays at its end. */
  cycle: boolean(false),
  name: scheduleName('PolynomialDecay'),
};
export type PolynomialDecayOptions = OptionsOf<typeof fields>;

/** `(initialLearningRate − endLearningRate) · (1 − step / decaySteps)^power + endLearningRate`. */
export class PolynomialDecay extends LearningRateSchedule<typeof fields> {
  static readonly className = 'PolynomialDecay';
  static readonly fields = fields;

  protected override call(step: Output): Output {
    const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = this.options;
    const part = cycle ? div(step, mul(decaySteps, maximum(ceil(div(step, decaySteps)), 1))) : div(minimum(step, decaySteps), decaySteps);
    return add(mul(initialLearningRate - endLearningRate, pow(sub(1, part), power)), endLearningRate);
  }
}

export const polynomialDecay = factory<PolynomialDecayOptions, PolynomialDecay>(PolynomialDecay);
