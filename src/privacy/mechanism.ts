/** Mechanisms: what a training tells of one client, as far as accountants look at it. */
import { checkInteger, checkNumber, mustBe } from '../validate.js';
import { LEAST_NOISE, MOST_NOISE, NO_NOISE, type Noise } from './noise.js';

export interface MechanismOptions {
  /** Scale of the noise in units of what one client can change, the clipping norm; not negative. 0 is no privacy. */
  readonly noiseMultiplier: number;
  /** The probability that a client takes part in a round, by a draw of its own (Poisson sampling), in [0, 1]; 1 by default: in every one. */
  readonly samplingProbability?: number;
  /** How many rounds; 1 by default. */
  readonly rounds?: number;
}

/** Rounds of noisy sums, each with every client with some probability. */
export class Mechanism {
  readonly samplingProbability: number;
  readonly rounds: number;
  /** @internal */
  readonly noise: Noise;

  constructor(makeNoise: (multiplier: number) => Noise, options: MechanismOptions) {
    const multiplier = checkNumber('noiseMultiplier', options.noiseMultiplier, { min: 0 });
    this.samplingProbability = checkNumber('samplingProbability', options.samplingProbability ?? 1, { min: 0, max: 1 });
    this.rounds = checkInteger('rounds', options.rounds ?? 1, { min: 0 });
    this.noise = multiplier < LEAST_NOISE ? NO_NOISE : makeNoise(Math.min(multiplier, MOST_NOISE));
  }
}

/** One or several mechanisms whose outcomes are all known, without those that tell nothing. @throws TypeError */
export function checkMechanisms(name: string, value: unknown): Mechanism[] {
  const list = Array.isArray(value) ? value : [value];
  for (const mechanism of list) {
    if (!(mechanism instanceof Mechanism)) throw mustBe(name, 'a mechanism, such as gaussian(...), or an array of them', mechanism);
  }
  return (list as Mechanism[]).filter(({ rounds, samplingProbability }) => rounds > 0 && samplingProbability > 0);
}
