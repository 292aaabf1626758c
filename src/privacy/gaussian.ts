/**
 * The Gaussian mechanism, with sampling of clients: `dpGaussianFixed`, `dpGaussianAdaptive` and `dp`.
 *
 * Mironov, Talwar and Zhang, "Rényi differential privacy of the sampled Gaussian mechanism", 2019, https://arxiv.org/abs/1908.10530.
 */
import { checkOptions } from '../validate.js';
import { logAdd, sampledLoss } from './logarithms.js';
import { Mechanism, type MechanismOptions } from './mechanism.js';
import type { Noise } from './noise.js';
import { sampledMoment } from './sampled-moment.js';

/** Standard deviations beyond which outcomes are counted as the worst ones: less than one in 10²³. */
const REACH = 10;
const BEYOND = Math.exp((-REACH * REACH) / 2) / (REACH * Math.sqrt(2 * Math.PI));

/** Less noise than this would need too many steps in {@link integral}. */
const LEAST_INTEGRATED = 0.1;

/** Rounding would show in {@link integral}s of less than this. */
const LEAST_MOMENT = 1e-6;

/**
 * The moment of an order between whole numbers, by the trapezoidal rule: its error falls exponentially with the step for functions as this
 * one, whose singularities are `πσ²` from the real line.
 */
function integral(deviation: number, q: number, order: number): number {
  const variance = deviation * deviation;
  const step = Math.min(deviation / 4, variance / 2);
  const last = Math.ceil((order + 2 * REACH * deviation) / step);
  let total = Number.NEGATIVE_INFINITY;
  for (let i = 0; i <= last; i++) {
    const x = i * step - REACH * deviation;
    total = logAdd(total, (-x * x) / (2 * variance) + order * sampledLoss(q, (x - 0.5) / variance));
  }
  return total + Math.log(step / (deviation * Math.sqrt(2 * Math.PI)));
}

export function gaussianNoise(deviation: number): Noise {
  const variance = deviation * deviation;
  const ratio = (x: number): number => (x - 0.5) / variance;
  const everyone = (order: number): number => (order * (order - 1)) / (2 * variance);
  const range = [-REACH * deviation, 1 + REACH * deviation] as const;
  const tail = (end: number, extreme: number) => ({ without: BEYOND, with: BEYOND, nearest: ratio(end), extreme });
  return {
    logMoment: (q, order) => {
      if (q === 1) return everyone(order);
      const bound = sampledMoment(everyone, q, order);
      return Number.isInteger(order) || deviation < LEAST_INTEGRATED || bound < LEAST_MOMENT ? bound : integral(deviation, q, order);
    },
    density: (x) => Math.exp((-x * x) / (2 * variance)) / (deviation * Math.sqrt(2 * Math.PI)),
    ratio,
    inverse: (value) => 0.5 + variance * value,
    range,
    below: tail(range[0], Number.NEGATIVE_INFINITY),
    above: tail(range[1], Number.POSITIVE_INFINITY),
    width: deviation,
  };
}

/**
 * Rounds of sums with Gaussian noise. `noiseMultiplier` is that of the aggregator; with adaptive clipping it is that of the whole, values
 * and count together.
 *
 * @throws TypeError, ValueError for options out of their ranges
 */
export function gaussian(options: MechanismOptions): Mechanism {
  checkOptions('options of gaussian', options, ['noiseMultiplier', 'samplingProbability', 'rounds']);
  return new Mechanism(gaussianNoise, options);
}
