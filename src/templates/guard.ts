/** The guard of a round: a client whose results are not finite counts as if it had not taken part, except that it is counted. */
import type { Contribution } from '../aggregators/aggregator.js';
import { type DType, isFloating } from '../dtype.js';
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { ifElse } from '../graph/loop.js';
import { zerosLike } from '../graph/ops/array.js';
import { cast, logicalNot, mul, mulNoNan } from '../graph/ops/math.js';
import { guarded } from '../graph/ops/own-guarded.js';
import { allFinite } from '../graph/ops/reduce.js';
import { flatten, type Tree, unflatten } from '../tree.js';

/** The metric that counts clients whose updates were not finite. */
export const NON_FINITE = 'num_non_finite_clients';

/** What a client gives is let through as it is where all of some values are finite, and else is zero. */
export class Guard {
  /** Whether they are, a `bool` scalar. */
  readonly isPassed: Output;
  /** 1 where they are, else 0. */
  readonly #factors = new Map<DType, Output>();

  /**
   * @param values What must be finite.
   * @throws ValueError for none
   */
  constructor(values: readonly Output[]) {
    if (values.length === 0) throw new ValueError('`model` must have a trainable variable: its clients would have nothing to send');
    this.isPassed = allFinite(values as [Output, ...Output[]]);
  }

  /** Values, or zeros. */
  values(values: readonly Output[]): Output[] {
    // No product: an update is as large as the model, and almost always passed on as it is. Zeros are made where they are needed alone.
    return (
      guarded(this.isPassed, values) ??
      ifElse(
        this.isPassed.graph,
        this.isPassed,
        (given) => given,
        (given) => given.map(zerosLike),
        values,
      )
    );
  }

  /** One structure of values, or another alike. */
  either(values: Tree<Output>, otherwise: Tree<Output>): Tree<Output> {
    const leaves = flatten(values);
    if (leaves.length === 0) return values;
    return unflatten(
      values,
      ifElse(
        this.isPassed.graph,
        this.isPassed,
        () => leaves,
        () => flatten(otherwise),
      ),
    );
  }

  /** A small value, or zero whatever it is. */
  unless(x: Output): Output {
    const factor = this.#factors.get(x.dtype) ?? cast(this.isPassed, x.dtype);
    this.#factors.set(x.dtype, factor);
    return isFloating(x.dtype) ? mulNoNan(x, factor) : mul(x, factor);
  }

  /** What is combined over the clients (guarded already), and the number of those that did not pass. */
  collected(parts: Readonly<Record<string, Contribution>>): Contribution {
    const sums = Object.fromEntries(Object.entries(parts).map(([name, { sum }]) => [name, sum]));
    const stacks = Object.fromEntries(Object.entries(parts).map(([name, { stack = [] }]) => [name, stack]));
    return { sum: { ...sums, [NON_FINITE]: cast(logicalNot(this.isPassed), 'int32') }, stack: stacks };
  }
}
