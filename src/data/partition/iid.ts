/** Random parts of equal size. */
import { Random } from '../../random.js';
import { checkInteger } from '../../validate.js';
import { type Clients, checkClients } from './options.js';

export interface IidOptions extends Clients {
  /** Number of examples. */
  readonly examples: number;
}

/** Random parts of equal size, up to one example. @throws ValueError for fewer examples than clients */
export function iid(options: IidOptions): number[][] {
  checkClients(options, ['examples']);
  const { clients, examples, seed } = options;
  checkInteger('examples', examples, { min: clients });
  const order = new Random(seed).shuffle(Array.from({ length: examples }, (_, i) => i));
  return Array.from({ length: clients }, (_, c) =>
    order.slice(Math.floor((c * examples) / clients), Math.floor(((c + 1) * examples) / clients)),
  );
}
