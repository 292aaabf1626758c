/** Metrics of all examples together: unfinalized values are summed over the clients, then finalized once (`sum_then_finalize`). */
import type { AggregatorParts } from '../aggregators/aggregator.js';
import { sum } from '../aggregators/sum.js';
import type { Output } from '../graph/graph.js';
import type { MetricDefinition } from '../models/model-definition.js';
import type { Tree } from '../tree.js';
import {
  addSums,
  checkNumbers,
  finalizeMetrics,
  MetricsAggregator,
  type MetricsAggregatorParts,
  type MetricsStep,
  noSums,
  type UnfinalizedMetrics,
} from './metrics-aggregator.js';

export class SumThenFinalize extends MetricsAggregator {
  override parts(metrics: readonly MetricDefinition[]): MetricsAggregatorParts {
    checkNumbers(metrics);
    return partsOfSum(metrics, sum().parts([]), () => ({}));
  }
}

/**
 * Summing by an aggregator of unfinalized metrics, then finalizing.
 *
 * @param measured What is reported of the aggregator's measurements.
 */
export const partsOfSum = (
  metrics: readonly MetricDefinition[],
  inner: AggregatorParts,
  measured: (measurements: Tree<Output>) => MetricsStep['measurements'],
): MetricsAggregatorParts => ({
  initialize: (graph) => inner.initialize(graph),
  client: (state, { values, isCounted }, random) =>
    inner.client(state, values as Tree<Output>, isCounted.graph.constant(1, 'float32'), random),
  server: (state, combined) => {
    const step = inner.server(state, combined);
    return { state: step.state, summary: step.result, measurements: measured(step.measurements) };
  },
  none: (graph) => noSums(metrics, graph) as Tree<Output>,
  merge: addSums,
  report: (summary, graph) => finalizeMetrics(metrics, summary as UnfinalizedMetrics, graph),
});

/**
 * Every example counts the same, whichever client it is of: `accuracy` is the accuracy over all examples. The default of every algorithm.
 *
 * It costs the server a few sums, however many clients there are.
 */
export const sumThenFinalize = (): SumThenFinalize => new SumThenFinalize();
