/** Which clients take part in a round where each belongs to a silo (`CrossSiloUserSampler` of pfl-research). */
import { Random } from '../random.js';
import { checkInteger, checkOneOf, checkOptions, mustBe, mustHold } from '../validate.js';
import { minimizeReuseSampling } from './minimize-reuse-sampling.js';
import { type UniformSampling, uniformSampling } from './uniform-sampling.js';

export interface CrossSiloSamplingOptions {
  /** How a silo draws of its own: at random, the default, or as `minimizeReuseSampling`. */
  readonly samplingType?: 'random' | 'minimize-reuse';
  /** With the round, decides random samples; 0 by default. */
  readonly seed?: number;
}

/**
 * Samples in which all silos take part, each with as many values, such as clinics of hospitals: `crossSiloSampling([['a', 'b'], ['c', 'd', 'e']])(round, 4)`.
 *
 * @param silos Lists of values. A sample's size must be a multiple of their number, and each silo have its part of it.
 * @throws TypeError, ValueError for no lists, or an option of the wrong kind.
 */
export function crossSiloSampling<T>(silos: readonly (readonly T[])[], options: CrossSiloSamplingOptions = {}): UniformSampling<T> {
  if (!Array.isArray(silos)) throw mustBe('silos', 'a list of lists', silos);
  if (silos.length === 0) throw mustHold('silos', 'at least one list', silos);
  silos.forEach((silo: unknown, s) => {
    if (!Array.isArray(silo)) throw mustBe(`silos[${s}]`, 'a list', silo);
  });
  checkOptions('options of crossSiloSampling', options, ['samplingType', 'seed']);
  const type = checkOneOf('samplingType', options.samplingType ?? 'random', ['random', 'minimize-reuse']);
  const seed = checkInteger('seed', options.seed ?? 0);
  // Silos draw independently of each other.
  const draws = silos.map(
    (silo: readonly T[], s): UniformSampling<T> =>
      type === 'random' ? uniformSampling(silo, { seed: new Random(seed, s).uint32() }) : minimizeReuseSampling(silo),
  );
  return (round, size) => {
    checkInteger('size', size, { min: 0 });
    const each = size / draws.length;
    if (!Number.isInteger(each)) throw mustHold('size', `a multiple of the ${draws.length} silos`, size);
    return draws.flatMap((draw) => draw(round, each));
  };
}
