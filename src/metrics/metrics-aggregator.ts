/**
 * Metrics aggregators: how what clients have measured becomes the metrics of a round, and of all rounds together.
 *
 * As aggregators they have two halves, one in the client's computation and one on the server. In between is a summary of clients, and
 * summaries of some clients and of others make one of all: evaluation keeps one of all rounds.
 */

import type { Combined, Contribution } from '../aggregators/aggregator.js';
import type { Randomness } from '../aggregators/randomness.js';
import { arrayClass, type DType, isFloating, isInteger, type NumericDType } from '../dtype.js';
import { typeError, ValueError } from '../errors.js';
import { Context } from '../graph/context.js';
import type { Graph, Output } from '../graph/graph.js';
import { add } from '../graph/ops/math.js';
import type { Variable } from '../graph/variable.js';
import type { MetricDefinition } from '../models/model-definition.js';
import { sizeOf } from '../tensor.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { mustBe } from '../validate.js';

/** The values of each metric's variables. */
export type UnfinalizedMetrics = readonly (readonly Output[])[];

/** What a client has measured. */
export interface ClientMetrics {
  /** Zeros for a client that does not count. */
  readonly values: UnfinalizedMetrics;
  /** Whether the client counts, a `bool` scalar: one whose training ended in numbers that are not finite does not. */
  readonly isCounted: Output;
}

/** What the server half gives. */
export interface MetricsStep {
  readonly state: Tree<Output>;
  /** Of the round's clients. */
  readonly summary: Tree<Output>;
  /** What there is to report of the aggregation itself, beside the metrics. */
  readonly measurements: Readonly<Record<string, Tree<Output>>>;
}

/** A metrics aggregator for the metrics of one model. */
export interface MetricsAggregatorParts {
  /** The state before the first round: what the client half needs to know. */
  readonly initialize: (graph: Graph) => Tree<Output>;
  readonly client: (state: Tree<Output>, client: ClientMetrics, random: Randomness) => Contribution;
  readonly server: (state: Tree<Output>, combined: Combined) => MetricsStep;
  /** The summary of no clients. */
  readonly none: (graph: Graph) => Tree<Output>;
  /** The summary of two groups of clients together. */
  readonly merge: (a: Tree<Output>, b: Tree<Output>) => Tree<Output>;
  /** The metrics of a summary. */
  readonly report: (summary: Tree<Output>, graph: Graph) => Readonly<Record<string, Tree<Output>>>;
}

/** The base of all metrics aggregators. */
export abstract class MetricsAggregator {
  /** The graph functions for the metrics of a model. */
  abstract parts(metrics: readonly MetricDefinition[]): MetricsAggregatorParts;
}

/** A metrics aggregator given as an option. @throws TypeError */
export function checkMetricsAggregator(name: string, value: unknown): MetricsAggregator {
  if (!(value instanceof MetricsAggregator)) throw mustBe(name, 'a metrics aggregator, such as metrics.sumThenFinalize()', value);
  return value;
}

/** @throws TypeError for metrics that cannot be added up */
export function checkNumbers(metrics: readonly MetricDefinition[]): void {
  for (const { name, variables } of metrics)
    for (const { path, dtype } of variables)
      if (!isFloating(dtype) && !isInteger(dtype))
        throw typeError(`the variables of the metric \`${name}\` must be numbers, received ${dtype} for \`${path}\``);
}

/** Metrics, and what is reported beside them. @throws ValueError for a metric with such a name, of which only one could be seen */
export function reportedBeside<T>(metrics: Readonly<Record<string, T>>, others: Readonly<Record<string, T>>): Record<string, T> {
  const taken = Object.keys(others).find((name) => Object.hasOwn(metrics, name));
  if (taken !== undefined)
    throw new ValueError(
      `\`metrics\` must not have the name \`${taken}\`, which is reported beside them: give the metric another \`name\``,
    );
  return { ...metrics, ...others };
}

/** The metrics' values from their variables, by name. */
export const finalizeMetrics = (metrics: readonly MetricDefinition[], values: UnfinalizedMetrics, graph: Graph): Record<string, Output> =>
  Object.fromEntries(
    metrics.map((m, i) => {
      const own = m.variables.map((v, k): [Variable, Output] => [v, values[i]?.[k] as Output]);
      return [m.name, m.result(new Context(graph, { training: false, values: new Map(own) }))];
    }),
  );

/** Zeros of a shape. */
export const zeros = (graph: Graph, shape: readonly number[], dtype: DType): Output =>
  graph.constant(new (arrayClass(dtype as NumericDType))(sizeOf(shape)), dtype, shape);

/** The sums of no clients. */
export const noSums = (metrics: readonly MetricDefinition[], graph: Graph): UnfinalizedMetrics =>
  metrics.map(({ variables }) => variables.map((v) => zeros(graph, v.shape, v.dtype)));

/** The sums of two groups of clients together. */
export const addSums = (a: Tree<Output>, b: Tree<Output>): Tree<Output> => {
  const others = flatten(b);
  return unflatten(
    a,
    flatten(a).map((x, i) => add(x, others[i] as Output)),
  );
};
