/** What mechanisms tell of a client: ε for a δ, and δ for an ε. */
import { checkNumber, checkOneOf, checkOptions } from '../validate.js';
import { sampledLoss } from './logarithms.js';
import { checkMechanisms, type Mechanism } from './mechanism.js';
import { pldDelta, pldEpsilon } from './pld.js';
import { rdpDelta, rdpEpsilon } from './rdp.js';

/**
 * How losses are added up: `pld` by their whole distribution, as a rule within a thousandth of the truth (Google's and pfl's PLD accountants);
 * `rdp` by Rényi divergences, which is quicker and gives a bound a few percent above, as most papers before 2021.
 */
export type Accountant = 'pld' | 'rdp';
const ACCOUNTANTS = {
  pld: { epsilon: pldEpsilon, delta: pldDelta },
  rdp: { epsilon: rdpEpsilon, delta: rdpDelta },
} as const;

export interface EpsilonOptions {
  /** The probability that is left out of the promise, in `[0, 1)`: much less than one in the number of clients. */
  readonly delta: number;
  /** `pld` by default. */
  readonly accountant?: Accountant;
}

export interface DeltaOptions {
  /** Not negative. */
  readonly epsilon: number;
  /** `pld` by default. */
  readonly accountant?: Accountant;
}

export const checkDelta = (delta: number): number => {
  const checked = checkNumber('delta', delta, { min: 0, max: 1 });
  return checked === 1 ? checkNumber('delta', delta, { min: 0, max: 1, exclusive: true }) : checked;
};

const accountantOf = (value: Accountant | undefined) => ACCOUNTANTS[checkOneOf('accountant', value ?? 'pld', ['pld', 'rdp'])];

/** The largest loss that can be at all: finite for Laplace noise. */
const largestLoss = (mechanisms: readonly Mechanism[]): number =>
  mechanisms.reduce((sum, { noise, samplingProbability: q, rounds }) => {
    const leaves = sampledLoss(q, noise.above.extreme);
    const comes = -sampledLoss(q, noise.below.extreme);
    return sum + rounds * Math.max(leaves, comes);
  }, 0);

/**
 * The ε for which the outcomes of all mechanisms together are (ε, δ)-differentially private: never below the truth. `Infinity` where there is
 * none, as without noise, or for a δ of 0 with Gaussian noise.
 *
 * @param mechanisms One mechanism, or an array of all whose outcomes are known.
 * @throws TypeError, ValueError for a δ outside of `[0, 1)`
 */
export function epsilon(mechanisms: Mechanism | readonly Mechanism[], options: EpsilonOptions): number {
  checkOptions('options of epsilon', options, ['delta', 'accountant']);
  const list = checkMechanisms('mechanisms', mechanisms);
  const delta = checkDelta(options.delta);
  const accountant = accountantOf(options.accountant);
  const largest = largestLoss(list);
  return delta === 0 || list.length === 0 ? largest : Math.min(largest, accountant.epsilon(list, delta));
}

/**
 * The δ for which the outcomes of all mechanisms together are (ε, δ)-differentially private: never below the truth.
 *
 * @param mechanisms One mechanism, or an array of all whose outcomes are known.
 * @throws TypeError, ValueError for a negative ε
 */
export function delta(mechanisms: Mechanism | readonly Mechanism[], options: DeltaOptions): number {
  checkOptions('options of delta', options, ['epsilon', 'accountant']);
  const list = checkMechanisms('mechanisms', mechanisms);
  const epsilon = checkNumber('epsilon', options.epsilon, { min: 0 });
  const accountant = accountantOf(options.accountant);
  return epsilon >= largestLoss(list) ? 0 : accountant.delta(list, epsilon);
}
