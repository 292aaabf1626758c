/** Ways to divide examples between clients. Each gives, for every client, the numbers of its examples. */
import { ValueError } from '../errors.js';
import { Random } from '../random.js';
import { checkInteger, checkNumber, checkOptions, mustBe } from '../validate.js';

interface Clients {
  /** Number of clients, at least 1. */
  readonly clients: number;
  /** Decides the division. */
  readonly seed: number;
}

export interface IidOptions extends Clients {
  /** Number of examples. */
  readonly examples: number;
}

export interface DirichletOptions extends Clients {
  /** The class of each example. */
  readonly labels: ArrayLike<number>;
  /** How even the classes' shares are: towards 0 every class goes to one client, towards infinity all clients get the same. */
  readonly concentration: number;
  /** The fewest examples of a client; 1 by default. The division is drawn again until it holds. */
  readonly minSize?: number;
}

const check = (options: Clients, names: readonly string[]): void => {
  checkOptions('options', options, ['clients', 'seed', ...names]);
  checkInteger('clients', options.clients, { min: 1 });
  checkInteger('seed', options.seed);
};

/** Random parts of equal size, up to one example. @throws ValueError for fewer examples than clients */
export function iid(options: IidOptions): number[][] {
  check(options, ['examples']);
  const { clients, examples, seed } = options;
  checkInteger('examples', examples, { min: clients });
  const order = new Random(seed).shuffle(Array.from({ length: examples }, (_, i) => i));
  return Array.from({ length: clients }, (_, c) =>
    order.slice(Math.floor((c * examples) / clients), Math.floor(((c + 1) * examples) / clients)),
  );
}

// A division that holds is found after a few draws unless it is out of reach.
const DRAWS = 1000;

/**
 * Every class is divided by shares of its own, from a Dirichlet distribution: Hsu et al., "Measuring the effects of non-identical data
 * distribution for federated visual classification", 2019, https://arxiv.org/abs/1909.06335.
 *
 * @throws ValueError where no division with `minSize` examples per client is found
 */
export function dirichlet(options: DirichletOptions): number[][] {
  check(options, ['labels', 'concentration', 'minSize']);
  const { clients, labels, concentration, seed, minSize = 1 } = options;
  if (typeof labels?.length !== 'number') throw mustBe('labels', 'a list with the class of each example', labels);
  checkNumber('concentration', concentration, { min: 0, exclusive: true });
  checkInteger('minSize', minSize, { min: 0 });
  if (labels.length < clients * minSize)
    throw new ValueError(
      `\`labels\` must be at least ${clients * minSize} for ${clients} clients of ${minSize}, received ${labels.length}`,
    );
  const classes = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    const members = classes.get(label);
    if (members === undefined) classes.set(label, [i]);
    else members.push(i);
  }
  const sorted = [...classes].sort(([a], [b]) => a - b).map(([, members]) => members);
  const random = new Random(seed);
  for (let draw = 0; draw < DRAWS; draw++) {
    const parts = Array.from({ length: clients }, (): number[] => []);
    for (const members of sorted) {
      const shares = random.dirichlet(concentration, clients);
      const order = random.shuffle([...members]);
      let share = 0;
      let start = 0;
      shares.forEach((s, c) => {
        share += s;
        const end = c === clients - 1 ? order.length : Math.round(share * order.length);
        parts[c]?.push(...order.slice(start, end));
        start = end;
      });
    }
    if (parts.every((part) => part.length >= minSize)) return parts.map((part) => random.shuffle(part));
  }
  throw new ValueError(
    `no division of ${labels.length} examples with \`concentration\` ${concentration} gives each of ${clients} clients ${minSize}: lower \`minSize\` or raise \`concentration\``,
  );
}
