/** What a graph function is given besides its inputs: the variables' values, the mode, and randomness. */

import { ValueError } from '../errors.js';
import type { Graph, Output } from './graph.js';
import { add } from './ops/math.js';
import type { Variable } from './variable.js';

/** How a context is made. */
export interface ContextOptions {
  /** Whether dropout drops and batch normalisation uses the batch's statistics. */
  readonly training: boolean;
  /** The variables that may be read, with their values in this graph. */
  readonly values: ReadonlyMap<Variable, Output>;
  /** An `int64` vector of two from which all random numbers are derived, made when it is first needed; without it nothing random can be used. */
  readonly seed?: Output | (() => Output);
}

/** The state of one building of a graph: reading gives a variable's current value, assigning changes what the next reading gives. */
export class Context {
  readonly graph: Graph;
  readonly #values: Map<Variable, Output>;
  readonly #assigned = new Set<Variable>();
  #seed: Output | (() => Output) | undefined;
  readonly #masks = new Map<Output, Output>();
  readonly #losses: Output[] = [];
  #seeds = 0;
  #training: boolean;

  constructor(graph: Graph, options: ContextOptions) {
    this.graph = graph;
    this.#training = options.training;
    this.#values = new Map(options.values);
    this.#seed = options.seed;
  }

  /** Whether dropout drops and batch normalisation uses the batch's statistics. */
  get training(): boolean {
    return this.#training;
  }

  /** Adds ops in another mode: a layer in a model may be fixed to one. */
  withTraining<T>(training: boolean, fn: () => T): T {
    const outer = this.#training;
    this.#training = training;
    try {
      return fn();
    } finally {
      this.#training = outer;
    }
  }

  /** The variable's current value. @throws ValueError for a variable that the computation does not know. */
  read(variable: Variable): Output {
    const value = this.#values.get(variable);
    if (value === undefined)
      throw new ValueError(
        `the variable \`${variable.path}\` is not part of this computation: a layer must be part of the model whose graph is built`,
      );
    return value;
  }

  /** Whether the computation knows the variable. */
  has(variable: Variable): boolean {
    return this.#values.has(variable);
  }

  /** Gives the variable a new value. @throws ValueError for another element type or a shape that does not fit. */
  assign(variable: Variable, value: Output): void {
    this.read(variable);
    const fits =
      value.shape === null ||
      (value.shape.length === variable.shape.length && value.shape.every((s, i) => s === null || s === variable.shape[i]));
    if (value.dtype !== variable.dtype || !fits)
      throw new ValueError(`\`${variable.path}\` is ${variable.spec} and cannot be assigned ${value}`);
    this.#values.set(variable, value);
    this.#assigned.add(variable);
  }

  /** The variables that have been assigned. */
  get assigned(): ReadonlySet<Variable> {
    return this.#assigned;
  }

  /** A seed of its own for each call, from the context's. @throws ValueError where the computation was not given one. */
  seed(): Output {
    if (this.#seed === undefined) throw new ValueError('this computation has no seed, and a layer asks for random numbers');
    if (typeof this.#seed === 'function') this.#seed = this.#seed();
    const site = this.#seeds++;
    return site === 0 ? this.#seed : add(this.#seed, this.graph.constant([0n, BigInt(site)], 'int64'));
  }

  /** Adds a term to the model's loss: a regulariser's penalty. */
  addLoss(loss: Output): void {
    this.#losses.push(loss);
  }

  /** The terms added so far. */
  get losses(): readonly Output[] {
    return this.#losses;
  }

  /** Which steps of a sequence count (`bool`, `[batch, steps]`), where a layer said so. */
  mask(output: Output): Output | undefined {
    return this.#masks.get(output);
  }

  setMask(output: Output, mask: Output | undefined): void {
    if (mask === undefined) this.#masks.delete(output);
    else this.#masks.set(output, mask);
  }

  /** The same variables' values in the graph of a loop's body or a branch, with the values that `replaced` gives. */
  inner(graph: Graph, replaced: ReadonlyMap<Variable, Output>, seed: Output | (() => Output) | undefined = this.#seed): Context {
    return new Context(graph, {
      training: this.training,
      values: new Map([...this.#values, ...replaced]),
      ...(seed === undefined ? {} : { seed }),
    });
  }
}
