/** Parts by whose the examples are (`NaturalIdPartitioner` of flwr-datasets). */
import { checkOptions, mustBe, mustHold } from '../../validate.js';

export interface NaturalOptions {
  /** Whose each example is: names, or numbers. */
  readonly partitionBy: ArrayLike<string> | ArrayLike<number>;
}

/**
 * All examples with the same id are one client's, in their order; the clients are in the order of the ids: `[...new Set(ids)].sort()` names them
 * where they are strings.
 *
 * @throws TypeError for something else than strings or numbers, ValueError for no examples
 */
export function natural(options: NaturalOptions): number[][] {
  checkOptions('options', options, ['partitionBy']);
  const { partitionBy } = options;
  if (typeof partitionBy === 'string' || typeof partitionBy?.length !== 'number')
    throw mustBe('partitionBy', 'a list with the id of each example', partitionBy);
  if (partitionBy.length === 0) throw mustHold('partitionBy', 'the ids of at least one example', partitionBy);
  const kind = typeof partitionBy[0];
  const clients = new Map<string | number, number[]>();
  for (let i = 0; i < partitionBy.length; i++) {
    const id = partitionBy[i] as string | number;
    if ((kind !== 'string' && kind !== 'number') || typeof id !== kind || Number.isNaN(id))
      throw mustBe(`partitionBy[${i}]`, kind === 'string' ? 'a string like those before' : 'a number, or all strings', id);
    const members = clients.get(id);
    if (members === undefined) clients.set(id, [i]);
    else members.push(i);
  }
  return [...clients].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members);
}
