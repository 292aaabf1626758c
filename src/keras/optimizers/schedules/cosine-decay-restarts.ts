/**
 * A rate that falls along half a cosine again and again, each time for longer.
 *
 * Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, https://arxiv.org/abs/1608.03983.
 */
import type { Output } from '../../../graph/graph.js';
import { add, cos, div, floor, log, mul, pow, sub } from '../../../graph/ops/math.js';
import { number, type OptionsOf } from '../../serialization/fields.js';
import { factory } from '../../serialization/keras-object.js';
import { LearningRateSchedule, scheduleName } from './learning-rate-schedule.js';

const fields = {
  /** Not negative. */
  initialLearningRate: number({ min: 0 }),
  /** How long the first fall lasts, above 0. */
  firstDecaySteps: number({ min: 0, exclusive: true }),
  /** How much longer each fall lasts than the one before, at least 1; 2 by default. */
  tMul: number({ min: 1, default: 2 }),
  /** The factor between the beginnings of one fall and the next, not negative; 1 by default. */
  mMul: number({ min: 0, default: 1 }),
  /** The rate's end as a part of its beginning, not negative; 0 by default. */
  alpha: number({ min: 0, default: 0 }),
  name: scheduleName('SGDRDecay'),
};
export type CosineDecayRestartsOptions = OptionsOf<typeof fields>;

/** `initialLearningRate · ((1 − alpha) · mMul^i · (1 + cos(π · part)) / 2 + alpha)` at a given part of the `i`-th fall. */
export class CosineDecayRestarts extends LearningRateSchedule<typeof fields> {
  static readonly className = 'CosineDecayRestarts';
  static readonly fields = fields;

  protected override call(step: Output): Output {
    const { initialLearningRate, mMul, alpha } = this.options;
    const { restart, part } = this.#position(div(step, this.options.firstDecaySteps));
    const half = mul(mul(0.5, pow(mMul, restart)), add(1, cos(mul(Math.PI, part))));
    return mul(initialLearningRate, add(mul(1 - alpha, half), alpha));
  }

  /** Which fall it is, from 0, and how much of it is over; `time` is in lengths of the first. */
  #position(time: Output): { restart: Output; part: Output } {
    const { tMul } = this.options;
    if (tMul === 1) return { restart: floor(time), part: sub(time, floor(time)) };
    // The first n falls take (tMul^n − 1) / (tMul − 1) lengths of the first.
    const restart = floor(div(log(sub(1, mul(time, 1 - tMul))), Math.log(tMul)));
    const length = pow(tMul, restart);
    return { restart, part: div(sub(time, div(sub(1, length), 1 - tMul)), length) };
  }
}

export const cosineDecayRestarts = factory<CosineDecayRestartsOptions, CosineDecayRestarts>(CosineDecayRestarts);
