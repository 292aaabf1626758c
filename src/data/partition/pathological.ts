/** A fixed number of classes for each client (`PathologicalPartitioner` of flwr-datasets). */
import { ValueError } from '../../errors.js';
import { Random } from '../../random.js';
import { checkInteger, checkOneOf, mustHold } from '../../validate.js';
import { byClass, type Clients, checkClients } from './options.js';

const MODES = ['random', 'deterministic', 'first-deterministic'] as const;

export interface PathologicalOptions extends Clients {
  /** The class of each example. */
  readonly labels: ArrayLike<number>;
  /** Classes of each client, at least 1 and at most those that there are. */
  readonly numClassesPerPartition: number;
  /**
   * Which classes a client has: `'random'` ones, the default; with `'deterministic'`, client `c` has class `c` and those after it, in a circle;
   * with `'first-deterministic'`, class `c` and other random ones, so that with as many clients as classes none is left out.
   */
  readonly classAssignmentMode?: (typeof MODES)[number];
}

/**
 * Each client has examples of exactly `numClassesPerPartition` classes. A class is divided evenly between those who have it; where none has, its
 * examples are nobody's.
 *
 * @throws ValueError for more classes than there are, or a class with fewer examples than clients that have it
 */
export function pathological(options: PathologicalOptions): number[][] {
  checkClients(options, ['labels', 'numClassesPerPartition', 'classAssignmentMode']);
  const { clients, labels, seed, numClassesPerPartition: own } = options;
  const mode = checkOneOf('classAssignmentMode', options.classAssignmentMode ?? 'random', MODES);
  const classes = byClass(labels);
  const n = classes.length;
  checkInteger('numClassesPerPartition', own, { min: 1 });
  if (own > n) throw mustHold('numClassesPerPartition', `at most the ${n} classes of \`labels\``, own);
  const random = new Random(seed);
  const owners = classes.map((): number[] => []);
  for (let c = 0; c < clients; c++) for (const k of classesOf(c, n, own, mode, random)) owners[k]?.push(c);
  const parts = Array.from({ length: clients }, (): number[] => []);
  classes.forEach((members, k) => {
    const sharers = owners[k] as number[];
    if (sharers.length > members.length)
      throw new ValueError(
        `\`labels\` must have an example of class ${labels[members[0] as number]} for each of the ${sharers.length} clients that have it, received ${members.length}`,
      );
    // As `numpy.array_split`: the first parts have one more where it does not divide.
    const [each, more] = [Math.floor(members.length / sharers.length), members.length % sharers.length];
    sharers.forEach((c, i) => {
      const start = i * each + Math.min(i, more);
      for (const example of members.slice(start, start + each + (i < more ? 1 : 0))) parts[c]?.push(example);
    });
  });
  return parts.map((part) => random.shuffle(part));
}

/** Different classes of client `c`. */
function classesOf(c: number, n: number, count: number, mode: (typeof MODES)[number], random: Random): number[] {
  if (mode === 'random') return random.sample(n, count);
  const others = mode === 'deterministic' ? Array.from({ length: count - 1 }, (_, i) => i) : random.sample(n - 1, count - 1);
  return [0, ...others.map((i) => i + 1)].map((i) => (c + i) % n);
}
