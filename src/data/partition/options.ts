/** What the ways to divide examples share: who gets them, and which example has which class. */
import { checkInteger, checkOptions, mustBe } from '../../validate.js';

export interface Clients {
  /** Number of clients, at least 1. */
  readonly clients: number;
  /** Decides the division. */
  readonly seed: number;
}

export function checkClients(options: Clients, names: readonly string[]): void {
  checkOptions('options', options, ['clients', 'seed', ...names]);
  checkInteger('clients', options.clients, { min: 1 });
  checkInteger('seed', options.seed);
}

/** Each class's examples, in their order, the classes in the order of their labels. @throws TypeError for no list */
export function byClass(labels: ArrayLike<number>): number[][] {
  if (typeof labels?.length !== 'number') throw mustBe('labels', 'a list with the class of each example', labels);
  const classes = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    const members = classes.get(label);
    if (members === undefined) classes.set(label, [i]);
    else members.push(i);
  }
  return [...classes].sort(([a], [b]) => a - b).map(([, members]) => members);
}
