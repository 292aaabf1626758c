/**
 * Aggregators: how clients' values become one, in two halves.
 *
 * The client half runs at the end of the client's own computation and gives what is summed (or stacked) over clients; the server half
 * makes the result of it. Both are graph functions over explicit state, so aggregators nest in any order.
 */

import { typeError } from '../errors.js';
import type { Graph, Output } from '../graph/graph.js';
import type { TensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { mustBe } from '../validate.js';
import { AggregationProcess } from './aggregation-process.js';
import type { Randomness } from './randomness.js';

/** What a client contributes: `sum` is added over the clients, `stack` collected along a new first axis, which takes memory per client. */
export interface Contribution {
  readonly sum: Tree<Output>;
  readonly stack?: Tree<Output>;
}

/** What the server half gives. */
export interface AggregationStep {
  readonly state: Tree<Output>;
  readonly result: Tree<Output>;
  /** What there is to report, for example a clipping norm. */
  readonly measurements: Tree<Output>;
}

/** The combined contributions and what the server half may use besides. */
export interface Combined {
  readonly sum: Tree<Output>;
  readonly stack: Tree<Output>;
  /** Number of clients, an `int32` scalar. */
  readonly count: Output;
  readonly random: Randomness;
}

/** An aggregator for values of one structure. */
export interface AggregatorParts {
  /** The fewest clients it is defined for; 1 by default. */
  readonly minClients?: number;
  /** The state before the first round. */
  readonly initialize: (graph: Graph) => Tree<Output>;
  /** The client half; `weight` is a `float32` scalar, 1 for an unweighted aggregator. */
  readonly client: (state: Tree<Output>, value: Tree<Output>, weight: Output, random: Randomness) => Contribution;
  /** The server half. */
  readonly server: (state: Tree<Output>, combined: Combined) => AggregationStep;
}

/** The base of all aggregators. */
export abstract class Aggregator {
  /** Whether clients' weights count. */
  abstract readonly weighted: boolean;

  /** The graph functions for values of the given specs. */
  abstract parts(specs: Tree<TensorSpec>): AggregatorParts;

  /** The aggregator by itself, for values of the given specs. */
  create(specs: Tree<TensorSpec>): AggregationProcess {
    return new AggregationProcess(this, specs);
  }
}

/** An aggregator given as an option. @throws TypeError */
export function checkAggregator(name: string, value: unknown): Aggregator {
  if (!(value instanceof Aggregator)) throw mustBe(name, 'an aggregator', value);
  return value;
}

/** An aggregator of unweighted values given as an option. @throws TypeError */
export function checkUnweighted(name: string, value: unknown): Aggregator {
  const aggregator = checkAggregator(name, value);
  if (aggregator.weighted) throw mustBe(name, 'an unweighted aggregator, such as sum()', aggregator);
  return aggregator;
}

/** An aggregator of the right kind: one that weighs clients where they have weights, and only there. @throws TypeError as TFF */
export function checkWeighted(aggregator: unknown, weighted: boolean, name = 'modelAggregator'): Aggregator {
  const checked = checkAggregator(name, aggregator);
  if (checked.weighted !== weighted) {
    throw typeError(
      `\`${name}\` must be ${weighted ? 'a weighted aggregator (WeightedAggregationFactory), such as mean()' : 'an unweighted aggregator (UnweightedAggregationFactory), such as unweightedMean()'}`,
    );
  }
  return checked;
}
