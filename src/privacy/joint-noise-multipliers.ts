/** A budget of privacy split over several mechanisms, as pfl's `JointPrivacyAccountant`. */
import { checkFunction, checkNumber, checkOptions, mustBe, mustHold } from '../validate.js';
import type { Mechanism } from './mechanism.js';
import { leastNoise, type NoiseMultiplierOptions, noiseMultiplier } from './noise-multiplier.js';
import { type Accountant, checkDelta, epsilon } from './spending.js';

export interface JointNoiseMultipliersOptions<Name extends string = string> extends NoiseMultiplierOptions {
  /** Each mechanism's share of the budget, above 0; together 1. Even by default. */
  readonly shares?: Readonly<Record<Name, number>>;
}

type MechanismOf = (noiseMultiplier: number) => Mechanism | readonly Mechanism[];

/** How far from 1 the shares may be together: rounding, and shares written with three digits. */
const ROUNDING = 1e-3;

/** @throws TypeError, ValueError */
function checkShares(names: readonly string[], value: unknown): number[] {
  if (value === undefined) return names.map(() => 1 / names.length);
  checkOptions('shares', value, names);
  const shares = names.map((name) => checkNumber(`shares.${name}`, (value as Record<string, unknown>)[name], { min: 0, exclusive: true }));
  const total = shares.reduce((a, b) => a + b, 0);
  if (Math.abs(total - 1) > ROUNDING) throw mustHold('shares', '1 together', total);
  return shares.map((share) => share / total);
}

/**
 * Noise multipliers, by name, with which mechanisms are (ε, δ)-differentially private together: ε is kept, and missed by less than a
 * thousandth.
 *
 * Mechanism `i` with the share `pᵢ` is (E pᵢ, δ pᵢ)-differentially private by itself, for one E that is as large as the whole allows. `E = ε`
 * would do by adding up alone; what mechanisms tell together is less than the sum, so that E is larger, and noise less. A mechanism that tells
 * nothing needs no noise: 0.
 *
 * @param mechanisms What each is with a noise multiplier, by name, for example `{ model: (z) => gaussian({ noiseMultiplier: z, rounds }) }`.
 * @throws TypeError, ValueError for no mechanism, an ε that is not positive, a δ outside of `[0, 1)`, shares that are not positive or not 1
 *   together, or where no noise is enough
 */
export function jointNoiseMultipliers<Name extends string>(
  mechanisms: Readonly<Record<Name, MechanismOf>>,
  options: JointNoiseMultipliersOptions<Name>,
): Record<Name, number> {
  if (typeof mechanisms !== 'object' || mechanisms === null || Array.isArray(mechanisms)) {
    throw mustBe('mechanisms', 'an object of functions', mechanisms);
  }
  const names = Object.keys(mechanisms) as Name[];
  if (names.length === 0) throw mustHold('mechanisms', 'at least one', mechanisms);
  for (const name of names) checkFunction(`mechanisms.${name}`, mechanisms[name]);
  checkOptions('options of jointNoiseMultipliers', options, ['epsilon', 'delta', 'accountant', 'shares']);
  const target = checkNumber('epsilon', options.epsilon, { min: 0, exclusive: true });
  const delta = checkDelta(options.delta);
  const shares = checkShares(names, options.shares);

  const multipliers = (sum: number, accountant: Accountant): number[] =>
    shares.map((share, i) => noiseMultiplier(mechanisms[names[i] as Name], { epsilon: sum * share, delta: delta * share, accountant }));
  const composed = (values: readonly number[]): Mechanism[] => values.flatMap((value, i) => mechanisms[names[i] as Name](value));
  // One over E falls and rises with the noise.
  const inverse = leastNoise(
    (accountant) => (inverse) => Math.log(epsilon(composed(multipliers(1 / inverse, accountant)), { delta, accountant }) / target),
    options.accountant,
    1 / target,
  );
  const found = inverse === 0 ? names.map(() => 0) : multipliers(1 / inverse, options.accountant ?? 'pld');
  return Object.fromEntries(names.map((name, i) => [name, found[i]])) as Record<Name, number>;
}
