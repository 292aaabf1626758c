/** Classes divided unevenly, by shares from a Dirichlet distribution. */
import { ValueError } from '../../errors.js';
import { Random } from '../../random.js';
import { checkInteger, checkNumber } from '../../validate.js';
import { byClass, type Clients, checkClients } from './options.js';

export interface DirichletOptions extends Clients {
  /** The class of each example. */
  readonly labels: ArrayLike<number>;
  /** How even the classes' shares are: towards 0 every class goes to one client, towards infinity all clients get the same. */
  readonly concentration: number;
  /** The fewest examples of a client; 1 by default. The division is drawn again until it holds. */
  readonly minSize?: number;
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
  checkClients(options, ['labels', 'concentration', 'minSize']);
  const { clients, labels, concentration, seed, minSize = 1 } = options;
  const classes = byClass(labels);
  checkNumber('concentration', concentration, { min: 0, exclusive: true });
  checkInteger('minSize', minSize, { min: 0 });
  if (labels.length < clients * minSize)
    throw new ValueError(
      `\`labels\` must be at least ${clients * minSize} for ${clients} clients of ${minSize}, received ${labels.length}`,
    );
  const random = new Random(seed);
  for (let draw = 0; draw < DRAWS; draw++) {
    const parts = Array.from({ length: clients }, (): number[] => []);
    for (const members of classes) {
      const shares = random.dirichlet(new Array<number>(clients).fill(concentration));
      const order = random.shuffle([...members]);
      let share = 0;
      let start = 0;
      shares.forEach((s, c) => {
        share += s;
        const end = c === clients - 1 ? order.length : Math.round(share * order.length);
        for (const example of order.slice(start, end)) parts[c]?.push(example);
        start = end;
      });
    }
    if (parts.every((part) => part.length >= minSize)) return parts.map((part) => random.shuffle(part));
  }
  throw new ValueError(
    `no division of ${labels.length} examples with \`concentration\` ${concentration} gives each of ${clients} clients ${minSize}: lower \`minSize\` or raise \`concentration\``,
  );
}
