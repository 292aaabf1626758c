/** How clients' metrics are combined, and metrics that Keras does not have. */
export { type ConfusionMatrixOptions, confusionMatrix } from './confusion-matrix.js';
export { type FinalizeThenSampleOptions, finalizeThenSample } from './finalize-then-sample.js';
export { type MaskedCategoricalAccuracyOptions, maskedCategoricalAccuracy } from './masked-categorical-accuracy.js';
export {
  type ClientMetrics,
  MetricsAggregator,
  type MetricsAggregatorParts,
  type MetricsStep,
  type UnfinalizedMetrics,
} from './metrics-aggregator.js';
export { type NumTokensCounterOptions, numTokensCounter } from './num-tokens-counter.js';
export { type HistogramOptions, type PerClientOptions, perClient } from './per-client.js';
export { createDefaultSecureSumQuantizationRanges, type SecureSumRangesOptions } from './secure-sum-ranges.js';
export {
  type MetricValueRange,
  type MetricValueRanges,
  type SecureSumThenFinalizeOptions,
  secureSumThenFinalize,
} from './secure-sum-then-finalize.js';
export { type SequenceTokenOovRateOptions, sequenceTokenOovRate } from './sequence-token-oov-rate.js';
export { type SequenceTruncationRateOptions, sequenceTruncationRate } from './sequence-truncation-rate.js';
export { sumThenFinalize } from './sum-then-finalize.js';
