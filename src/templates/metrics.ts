/** Metrics of a round: unfinalized values are summed over the clients, then finalized once (`sum_then_finalize`). */
import { Context } from '../graph/context.js';
import type { Graph, Output } from '../graph/graph.js';
import type { MetricDefinition } from '../models/model-definition.js';
import type { Tree } from '../tree.js';
import { bindings, type ClientWork } from './client-work.js';

/** The metric that counts clients whose updates were not finite. */
export const NON_FINITE = 'num_non_finite_clients';

/** The values of each metric's variables. */
export type UnfinalizedMetrics = readonly (readonly Output[])[];

/** The metrics' variables before the first batch. */
export const initialMetrics = (graph: Graph, metrics: readonly MetricDefinition[]): UnfinalizedMetrics =>
  metrics.map(({ variables }) => variables.map((v) => graph.constant(v.initialValue(), v.dtype)));

/** The metrics' values from their summed variables, by name. */
export const finalizeMetrics = (metrics: readonly MetricDefinition[], values: UnfinalizedMetrics, graph: Graph): Record<string, Output> =>
  Object.fromEntries(
    metrics.map((m, i) => [
      m.name,
      m.result(new Context(graph, { training: false, values: new Map(bindings(m.variables, values[i] ?? [])) })),
    ]),
  );

/** The server's part of a client work that has no other state than hyper-parameters. */
export const metricsServer =
  (metrics: readonly MetricDefinition[]): ClientWork['server'] =>
  (state, summed) => {
    const { train, [NON_FINITE]: nonFinite } = summed as { train: UnfinalizedMetrics; [NON_FINITE]: Output };
    return { state, metrics: { train: { ...finalizeMetrics(metrics, train, nonFinite.graph), [NON_FINITE]: nonFinite } } as Tree<Output> };
  };
