/** Which examples an artificial client has, its classes by shares of its own (`DirichletDataSampler` of pfl-research). */
import { Random } from '../random.js';
import { checkInteger, checkNumber, checkOptions, mustHold } from '../validate.js';
import { byClass } from './partition/options.js';
import type { UniformSampling } from './uniform-sampling.js';

export interface DirichletSamplingOptions {
  /**
   * How alike clients' classes are, above 0, for all classes or for each in the order of their labels: towards 0 a client has one class,
   * towards infinity all have the classes in proportion to it.
   */
  readonly concentration: number | readonly number[];
  /** With the client's number, decides its sample; 0 by default. */
  readonly seed?: number;
}

/**
 * Samples of examples for clients that have classes by shares of their own: `dirichletSampling(labels, { concentration: 0.5 })(client, 20)`.
 * The shares are from a Dirichlet distribution, the class of an example is drawn by them and the example from all of its class; so one may
 * come more than once, in a client and in several.
 *
 * @param labels The class of each example.
 * @returns The numbers of the examples, in ascending order. A client's sample depends on no other client.
 * @throws TypeError, ValueError for no labels, or an option of the wrong kind or out of range.
 */
export function dirichletSampling(labels: ArrayLike<number>, options: DirichletSamplingOptions): UniformSampling<number> {
  checkOptions('options of dirichletSampling', options, ['concentration', 'seed']);
  const classes = byClass(labels);
  if (classes.length === 0) throw mustHold('labels', 'the classes of at least one example', labels);
  const { concentration } = options;
  const given: readonly unknown[] = Array.isArray(concentration) ? concentration : classes.map(() => concentration);
  if (given.length !== classes.length) throw mustHold('concentration', `a number for each of the ${classes.length} classes`, concentration);
  const concentrations = Array.from(given, (c, i) =>
    checkNumber(Array.isArray(concentration) ? `concentration[${i}]` : 'concentration', c, { min: 0, max: 1e100, exclusive: true }),
  );
  const seed = checkInteger('seed', options.seed ?? 0);
  return (client, size) => {
    checkInteger('client', client);
    checkInteger('size', size, { min: 0 });
    const random = new Random(seed, client);
    const shares = random.dirichlet(concentrations);
    const drawn = Array.from({ length: size }, () => {
      const members = classes[random.categorical(shares)] as number[];
      return members[random.integer(members.length)] as number;
    });
    return drawn.sort((a, b) => a - b);
  };
}
