/** How clients' metrics are combined. */
export { type FinalizeThenSampleOptions, finalizeThenSample } from './finalize-then-sample.js';
export {
  type ClientMetrics,
  MetricsAggregator,
  type MetricsAggregatorParts,
  type MetricsStep,
  type UnfinalizedMetrics,
} from './metrics-aggregator.js';
export { type HistogramOptions, type PerClientOptions, perClient } from './per-client.js';
export {
  type MetricValueRange,
  type MetricValueRanges,
  type SecureSumThenFinalizeOptions,
  secureSumThenFinalize,
} from './secure-sum-then-finalize.js';
export { sumThenFinalize } from './sum-then-finalize.js';
