/**
 * The accountant by distributions of the loss of privacy: numerically exact, and never below the truth.
 *
 * Koskela, Jälkö and Honkela, "Computing tight differential privacy guarantees using FFT", AISTATS 2020, https://arxiv.org/abs/1906.03049;
 * Meiser and Mohammadi, "Tight on budget?", CCS 2018, https://eprint.iacr.org/2017/1034.
 */
import type { Mechanism } from './mechanism.js';
import { type Losses, lossScale, type RoundLosses, roundLosses } from './privacy-loss.js';
import { type Component, cumulants, findTilt, MAX_CELLS, type TiltedSum, tiltedSum } from './tilted-sum.js';

/** Steps of the grid in a standard deviation of a round's loss: the error of ε is then less than a thousandth. */
const STEPS_PER_DEVIATION = 64;

/** The losses of all rounds in both directions, on the finest grid that is needed and has room. */
function compose(mechanisms: readonly Mechanism[], answer: (components: readonly Component[], step: number) => number | undefined): number {
  const scales = mechanisms.map((mechanism) => ({ rounds: mechanism.rounds, ...lossScale(mechanism) }));
  const rounds = scales.reduce((sum, scale) => sum + scale.rounds, 0);
  const variance = scales.reduce((sum, scale) => sum + scale.rounds * scale.variance, 0) / rounds;
  const finest = Math.max(...scales.map(({ reach }) => reach)) / (MAX_CELLS / 2);
  let step = Math.max(Math.sqrt(variance) / STEPS_PER_DEVIATION, finest) || 1;
  for (;;) {
    const found = mechanisms.map((mechanism) => ({ rounds: mechanism.rounds, both: roundLosses(mechanism, step) }));
    const direction = (key: keyof RoundLosses): number | undefined =>
      answer(
        found.map(({ rounds: count, both }) => ({ rounds: count, losses: both[key] })),
        step,
      );
    const answers = [direction('leave'), direction('come')];
    if (answers.every((value) => value !== undefined)) return Math.max(...answers);
    step *= 2;
  }
}

/** The probability that some round's loss is infinite. */
const infinite = (components: readonly Component[]): number =>
  -Math.expm1(components.reduce((sum, { losses, rounds }) => sum + rounds * Math.log1p(-losses.infinity), 0));

const total = (components: readonly Component[], edge: (losses: Losses) => number): number =>
  components.reduce((sum, { losses, rounds }) => sum + rounds * edge(losses), 0);

/** The probability of a cell, untilted. */
const mass = ({ first, tilted, tilt, log }: TiltedSum, i: number, step: number): number =>
  (tilted[i] as number) * Math.exp(log - tilt * step * (first + i));

/** What an error of the tilted distribution can add to δ at a loss. */
const margin = ({ error, log, tilt }: TiltedSum, loss: number): number => error * Math.exp(log - tilt * loss);

/** Heavy tails make tilted distributions wide: then less of a tilt is better than a coarser grid. */
function roomyTilt(components: readonly Component[], tilt: number, step: number): TiltedSum | undefined {
  for (const part of [1, 1 / 2, 1 / 4, 1 / 8]) {
    const sum = tiltedSum(components, part * tilt, step);
    if (sum !== undefined) return sum;
  }
  return undefined;
}

/** The least δ for an ε. */
export function pldDelta(mechanisms: readonly Mechanism[], epsilon: number): number {
  return compose(mechanisms, (components, step) => {
    const certain = infinite(components);
    if (certain === 1 || epsilon >= step * total(components, ({ first, masses }) => first + masses.length - 1)) return certain;
    const untilted = cumulants(components, 0, step);
    const tilt =
      untilted.mean >= epsilon
        ? 0
        : findTilt(
            components,
            step,
            epsilon,
            (_, { mean }) => mean,
            (_, { variance }) => variance,
            (epsilon - untilted.mean) / untilted.variance,
          );
    const sum = roomyTilt(components, tilt, step);
    if (sum === undefined) return undefined;
    let delta = certain + margin(sum, epsilon);
    for (let i = Math.max(0, Math.floor(epsilon / step) + 1 - sum.first); i < sum.tilted.length; i++)
      delta -= mass(sum, i, step) * Math.expm1(epsilon - step * (sum.first + i));
    return Math.min(1, delta);
  });
}

/** The least ε for a positive δ. */
export function pldEpsilon(mechanisms: readonly Mechanism[], delta: number): number {
  return compose(mechanisms, (components, step) => {
    const left = delta - infinite(components);
    if (left <= 0) return Number.POSITIVE_INFINITY;
    const untilted = cumulants(components, 0, step);
    // With all of the logarithm of δ Chernoff's bound would be least; ε is below that bound, and so is the best tilt.
    let tilt = findTilt(
      components,
      step,
      -0.8 * Math.log(left),
      (theta, { mean, log }) => theta * mean - log,
      (theta, { variance }) => theta * variance,
      Math.sqrt((-1.6 * Math.log(left)) / untilted.variance),
    );
    // Where losses are bounded a tilt can leave nothing but the largest of them; no answer is below the truth, so that the least is right.
    for (let best = Number.POSITIVE_INFINITY; ; tilt /= 2) {
      const sum = roomyTilt(components, tilt, step);
      if (sum === undefined) return undefined;
      const found = crossing(sum, left, step);
      if (found >= best) return best;
      if (margin(sum, found) < 1e-4 * left) return found;
      best = found;
    }
  });
}

/** Where δ falls below a value: from the largest loss down, `above` is the probability of larger ones, `other` the neighbour's of them. */
function crossing(sum: TiltedSum, delta: number, step: number): number {
  let [above, other] = [0, 0];
  for (let i = sum.tilted.length - 1; i >= 0; i--) {
    const loss = step * (sum.first + i);
    if (loss <= 0) break;
    above += mass(sum, i, step);
    // In units of e^loss.
    other = other * Math.exp(-step) + mass(sum, i, step);
    const left = delta - margin(sum, loss - step);
    if (above - other * Math.exp(-step) > left) return Math.max(0, loss + Math.min(0, Math.log((above - left) / other)));
  }
  return Math.max(0, step * (sum.first - 1));
}
