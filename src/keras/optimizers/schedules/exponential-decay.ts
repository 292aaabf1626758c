/** A rate that falls by the same factor every so many steps. */
import type { Output } from '../../../graph/graph.js';
import { div, floor, mul, pow } from '../../../graph/ops/math.js';
import { boolean, number, type OptionsOf } from '../../serialization/fields.js';
import { factory } from '../../serialization/keras-object.js';
import { LearningRateSchedule, scheduleName } from './learning-rate-schedule.js';

const fields = {
  /** Not negative. */
  initialLearningRate: number({ min: 0 }),
  /** Above 0. */
  decaySteps: number({ min: 0, exclusive: true }),
  /** The factor per `decaySteps` steps, above 0; below 1 the rate falls. */
  decayRate: number({ min: 0, exclusive: true }),
  /** Whether the rate falls at once after `decaySteps` steps, not a little at each; `false` by default. */
  staircase: boolean(false),
  name: scheduleName('ExponentialDecay'),
};
export type ExponentialDecayOptions = OptionsOf<typeof fields>;

/** `initialLearningRate · decayRate^(step / decaySteps)`. */
export class ExponentialDecay extends LearningRateSchedule<typeof fields> {
  static readonly className = 'ExponentialDecay';
  static readonly fields = fields;

  protected override call(step: Output): Output {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.options;
    const periods = div(step, decaySteps);
    return mul(initialLearningRate, pow(decayRate, staircase ? floor(periods) : periods));
  }
}

export const exponentialDecay = factory<ExponentialDecayOptions, ExponentialDecay>(ExponentialDecay);
