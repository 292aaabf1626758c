/**
 * A rate that falls along half a cosine, after an optional warm-up along a line.
 *
 * Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, https://arxiv.org/abs/1608.03983.
 */
import type { Output } from '../../../graph/graph.js';
import { add, cos, div, less, minimum, mul, sub, where } from '../../../graph/ops/math.js';
import { number, type OptionsOf, optional } from '../../serialization/fields.js';
import { factory } from '../../serialization/keras-object.js';
import { LearningRateSchedule, scheduleName } from './learning-rate-schedule.js';

const fields = {
  /** Not negative; where the warm-up begins, if there is one. */
  initialLearningRate: number({ min: 0 }),
  /** How long the rate falls, above 0; the warm-up's steps come before. */
  decaySteps: number({ min: 0, exclusive: true }),
  /** The rate's end as a part of where it began to fall, not negative; 0 by default. */
  alpha: number({ min: 0, default: 0 }),
  name: scheduleName('CosineDecay'),
  /** The rate that the warm-up leads to, not negative; `null` (default) is no warm-up. */
  warmupTarget: optional(number({ min: 0 })),
  /** Not negative; 0 by default. */
  warmupSteps: number({ min: 0, default: 0 }),
};
export type CosineDecayOptions = OptionsOf<typeof fields>;

/** `start · ((1 − alpha) · (1 + cos(π · step / decaySteps)) / 2 + alpha)`; `start` is `warmupTarget`, or else `initialLearningRate`. */
export class CosineDecay extends LearningRateSchedule<typeof fields> {
  static readonly className = 'CosineDecay';
  static readonly fields = fields;

  protected override call(step: Output): Output {
    const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = this.options;
    const decayed = (start: number, since: Output): Output => {
      const half = mul(0.5, add(1, cos(mul(Math.PI, div(minimum(since, decaySteps), decaySteps)))));
      return mul(start, add(mul(1 - alpha, half), alpha));
    };
    if (warmupTarget === null) return decayed(initialLearningRate, step);
    const after = decayed(warmupTarget, sub(step, warmupSteps));
    if (warmupSteps === 0) return after;
    const warming = add(mul(warmupTarget - initialLearningRate, div(step, warmupSteps)), initialLearningRate);
    return where(less(step, warmupSteps), warming, after);
  }
}

export const cosineDecay = factory<CosineDecayOptions, CosineDecay>(CosineDecay);
