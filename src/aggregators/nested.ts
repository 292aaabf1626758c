/** Aggregators inside another one: their states, contributions and steps, by name. */
import type { Graph, Output } from '../graph/graph.js';
import type { Tree } from '../tree.js';
import type { AggregationStep, AggregatorParts, Combined, Contribution } from './aggregator.js';
import { type Randomness, split } from './randomness.js';

/** One entry per inner aggregator. */
export type Named<K extends string, T> = { readonly [name in K]: T };

export class Nested<K extends string> {
  readonly #parts: Named<K, AggregatorParts>;
  readonly #names: readonly K[];
  /** The fewest clients that all of them are defined for. */
  readonly minClients: number;

  constructor(parts: Named<K, AggregatorParts>) {
    this.#parts = parts;
    this.#names = Object.keys(parts) as K[];
    this.minClients = Math.max(...this.#names.map((name) => parts[name].minClients ?? 1));
  }

  initialize(graph: Graph): Named<K, Tree<Output>> {
    return this.#each((name) => this.#parts[name].initialize(graph));
  }

  /** The client halves, each with a value of its own. */
  client(state: Tree<Output>, values: Named<K, Tree<Output>>, weight: Output, random: Randomness): Contribution {
    const randoms = this.#split(random);
    const parts = this.#each((name) =>
      this.#parts[name].client((state as Named<K, Tree<Output>>)[name], values[name], weight, randoms[name]),
    );
    return { sum: this.#each((name) => parts[name].sum), stack: this.#each((name) => parts[name].stack ?? []) };
  }

  /** The server halves. */
  server(state: Tree<Output>, combined: Combined): Named<K, AggregationStep> {
    const randoms = this.#split(combined.random);
    const of = (tree: Tree<Output>, name: K): Tree<Output> => (tree as Named<K, Tree<Output>>)[name];
    return this.#each((name) =>
      this.#parts[name].server(of(state, name), {
        sum: of(combined.sum, name),
        stack: of(combined.stack, name),
        count: combined.count,
        random: randoms[name],
      }),
    );
  }

  /** The states after the given steps. */
  states(steps: Named<K, AggregationStep>): Named<K, Tree<Output>> {
    return this.#each((name) => steps[name].state);
  }

  #split(random: Randomness): Named<K, Randomness> {
    const all = split(random, this.#names.length);
    return this.#each((name) => all[this.#names.indexOf(name)] as Randomness);
  }

  #each<T>(fn: (name: K) => T): Named<K, T> {
    return Object.fromEntries(this.#names.map((name) => [name, fn(name)])) as Named<K, T>;
  }
}
