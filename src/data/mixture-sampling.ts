/** Which clients take part in a round where they come of several populations (`FederatedDatasetMixture` of pfl-research). */
import { Random } from '../random.js';
import { checkFunction, checkInteger, checkNumber, checkOptions, mustBe, mustHold } from '../validate.js';
import type { UniformSampling } from './uniform-sampling.js';

export interface MixtureSamplingOptions {
  /** How often a client is one of each population: a number for each, not negative and not all 0, of which the shares count. */
  readonly weights: readonly number[];
  /** With the round, decides how many are of which; 0 by default. */
  readonly seed?: number;
}

/**
 * Samples in which each value is of a population by chance: `mixtureSampling([uniformSampling(phones), uniformSampling(watches)], { weights: [3, 1] })(round, 10)`.
 *
 * @param samplings What draws of each population, as many values as fall to it in a round.
 * @throws TypeError, ValueError for no list of functions, or an option of the wrong kind or out of range.
 */
export function mixtureSampling<T>(samplings: readonly UniformSampling<T>[], options: MixtureSamplingOptions): UniformSampling<T> {
  if (!Array.isArray(samplings)) throw mustBe('samplings', 'a list of functions', samplings);
  samplings.forEach((sampling: unknown, s) => {
    checkFunction(`samplings[${s}]`, sampling);
  });
  checkOptions('options of mixtureSampling', options, ['weights', 'seed']);
  if (!Array.isArray(options.weights)) throw mustBe('weights', 'a list of numbers', options.weights);
  const weights = options.weights.map((weight: unknown, i) => checkNumber(`weights[${i}]`, weight, { min: 0 }));
  const isWhole = weights.length === samplings.length && weights.some((weight) => weight > 0);
  if (!isWhole) throw mustHold('weights', `one for each of the ${samplings.length} samplings, and not all 0`, weights);
  const seed = checkInteger('seed', options.seed ?? 0);
  return (round, size) => {
    checkInteger('size', size, { min: 0 });
    const random = new Random(seed, checkInteger('round', round));
    const counts = samplings.map(() => 0);
    for (let i = 0; i < size; i++) {
      const population = random.categorical(weights);
      counts[population] = (counts[population] as number) + 1;
    }
    return samplings.flatMap((draw, s) => draw(round, counts[s] as number));
  };
}
