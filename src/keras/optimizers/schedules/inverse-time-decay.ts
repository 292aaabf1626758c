/** A rate that falls as the inverse of the time. */
import type { Output } from '../../../graph/graph.js';
import { add, div, floor, mul } from '../../../graph/ops/math.js';
import { boolean, number, type OptionsOf } from '../../serialization/fields.js';
import { factory } from '../../serialization/keras-object.js';
import { LearningRateSchedule, scheduleName } from './learning-rate-schedule.js';

const fields = {
  /** Not negative. */
  initialLearningRate: number({ min: 0 }),
  /** Above 0. */
  decaySteps: number({ min: 0, exclusive: true }),
  /** Not negative; 0 keeps the rate. */
  decayRate: number({ min: 0 }),
  /** Whether the rate falls at once after `decaySteps` steps, not a little at each; `false` by default. */
  staircase: boolean(false),
  name: scheduleName('InverseTimeDecay'),
};
export type InverseTimeDecayOptions = OptionsOf<typeof fields>;

/** `initialLearningRate / (1 + decayRate · step / decaySteps)`. */
export class InverseTimeDecay extends LearningRateSchedule<typeof fields> {
  static readonly className = 'InverseTimeDecay';
  static readonly fields = fields;

  protected override call(step: Output): Output {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.options;
    const periods = div(step, decaySteps);
    return div(initialLearningRate, add(1, mul(decayRate, staircase ? floor(periods) : periods)));
  }
}

export const inverseTimeDecay = factory<InverseTimeDecayOptions, InverseTimeDecay>(InverseTimeDecay);
