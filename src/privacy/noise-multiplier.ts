/** The noise that a promise needs. */
import { ValueError } from '../errors.js';
import { checkFunction, checkNumber, checkOptions } from '../validate.js';
import type { Mechanism } from './mechanism.js';
import { LEAST_NOISE, MOST_NOISE } from './noise.js';
import { type Accountant, checkDelta, epsilon } from './spending.js';

export interface NoiseMultiplierOptions {
  /** The most that ε may be, positive. */
  readonly epsilon: number;
  /** The probability that is left out of the promise, in `[0, 1)`: much less than one in the number of clients. */
  readonly delta: number;
  /** `pld` by default. */
  readonly accountant?: Accountant;
}

/** How near below the promise ε comes, as a part of it. */
const TOLERANCE = 1e-4;

/** The least noise for which `excess`, the log of ε over the promised one, is not positive, and nearly 0. */
function search(excess: (multiplier: number) => number, start: number): number {
  // Logarithms of a multiplier with too little noise and of one with enough; ε falls with about the first power of it or faster.
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [at, value] = [Math.log(start), excess(start)];
  let slope = -1;
  for (;;) {
    if (value > 0) low = at;
    else high = at;
    if ((value <= 0 && value > -TOLERANCE) || high - low < TOLERANCE / 10) return Math.exp(high);
    if (low > Math.log(MOST_NOISE)) throw new ValueError('`epsilon` must be such that some noise is enough for it, with this `delta`');
    if (high < Math.log(LEAST_NOISE)) return 0;
    let next = at - (value + TOLERANCE / 2) / slope;
    if (!(next > low && next < high) || !Number.isFinite(value)) {
      if (low === Number.NEGATIVE_INFINITY) next = high - 1;
      else if (high === Number.POSITIVE_INFINITY) next = low + 1;
      else next = (low + high) / 2;
    }
    next = Math.min(at + 2, Math.max(at - 2, next));
    const found = excess(Math.exp(next));
    const steepness = (found - value) / (next - at);
    slope = steepness < 0 && Number.isFinite(steepness) ? steepness : -1;
    [at, value] = [next, found];
  }
}

/** The least noise by an accountant, found from that of the quicker one. */
export function leastNoise(
  excess: (accountant: Accountant) => (multiplier: number) => number,
  accountant: Accountant = 'pld',
  start = 1,
): number {
  const quick = search(excess('rdp'), start);
  return accountant === 'rdp' || quick === 0 ? quick : search(excess(accountant), quick);
}

/**
 * The least noise multiplier with which mechanisms are (ε, δ)-differentially private: ε is kept, and missed by less than a ten-thousandth.
 *
 * @param mechanisms What they are with a noise multiplier, for example `(noiseMultiplier) => gaussian({ noiseMultiplier, samplingProbability, rounds })`.
 * @throws TypeError, ValueError for an ε that is not positive, a δ outside of `[0, 1)`, or where no noise is enough
 */
export function noiseMultiplier(
  mechanisms: (noiseMultiplier: number) => Mechanism | readonly Mechanism[],
  options: NoiseMultiplierOptions,
): number {
  checkFunction('mechanisms', mechanisms);
  checkOptions('options of noiseMultiplier', options, ['epsilon', 'delta', 'accountant']);
  const target = checkNumber('epsilon', options.epsilon, { min: 0, exclusive: true });
  const delta = checkDelta(options.delta);
  return leastNoise(
    (accountant) => (multiplier) => Math.log(epsilon(mechanisms(multiplier), { delta, accountant }) / target),
    options.accountant,
  );
}
