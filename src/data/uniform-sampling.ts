/** Which clients take part in a round (`build_uniform_sampling_fn` of TFF). */
import { Random } from '../random.js';
import { checkBoolean, checkInteger, checkOptions, mustBe, mustHold } from '../validate.js';

export interface UniformSamplingOptions {
  /** Whether a value can be drawn more than once; `false` by default. */
  readonly replace?: boolean;
  /** With the round, decides the sample; without it, as in TFF, every call draws another. */
  readonly seed?: number;
}

/** Draws `size` values for a round, in the order that they have among all. @throws ValueError for more values than there are */
export type UniformSampling<T> = (round: number, size: number) => T[];

/**
 * Samples in which every value is as likely as every other: `uniformSampling(clients.ids, { seed: 1 })(round, 10)`.
 *
 * A round's sample does not depend on which rounds were drawn before: a program that starts again at a round goes on as if it had never
 * stopped.
 *
 * @param sampleRange What is drawn from, such as the names of clients.
 * @throws TypeError, ValueError for no list or an option of the wrong kind.
 */
export function uniformSampling<T>(sampleRange: readonly T[], options: UniformSamplingOptions = {}): UniformSampling<T> {
  if (!Array.isArray(sampleRange)) throw mustBe('sampleRange', 'a list', sampleRange);
  checkOptions('options of uniformSampling', options, ['replace', 'seed']);
  const replace = checkBoolean('replace', options.replace ?? false);
  const seed = options.seed === undefined ? undefined : checkInteger('seed', options.seed);
  const values: readonly T[] = [...sampleRange];
  return (round, size) => {
    checkInteger('round', round);
    checkInteger('size', size, { min: 0 });
    const n = values.length;
    if (size > n && !(replace && n > 0)) throw mustHold('size', `at most the ${n} values of \`sampleRange\``, size);
    if (size === n && !replace) return [...values];
    const random = seed === undefined ? new Random(...crypto.getRandomValues(new Uint32Array(4))) : new Random(seed, round);
    const drawn = replace ? Array.from({ length: size }, () => random.integer(n)) : random.sample(n, size);
    return drawn.sort((a, b) => a - b).map((i) => values[i] as T);
  };
}
