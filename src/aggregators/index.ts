/** How clients' values are combined. */
export { addDebugMeasurements } from './add-debug-measurements.js';
export { type AddMeasurementsOptions, addMeasurements, type ClientMeasurement, type Measurements } from './add-measurements.js';
export { type AggregationOutput, AggregationProcess } from './aggregation-process.js';
export { type AggregationStep, Aggregator, type AggregatorParts, type Combined, type Contribution } from './aggregator.js';
export { type ClippingOptions, clipping } from './clipping.js';
export { type ConcatOptions, concat } from './concat.js';
export { type AdaptiveClipNoise, adaptiveClipNoise, type DpGaussianAdaptiveOptions, dpGaussianAdaptive } from './dp-gaussian-adaptive.js';
export { type DpFixedOptions, dpGaussianFixed } from './dp-gaussian-fixed.js';
export { dpLaplace } from './dp-laplace.js';
export { Estimation, type EstimationParts } from './estimation.js';
export { type MeanOptions, mean } from './mean.js';
export { type QuantileEstimationOptions, quantileEstimation } from './quantile-estimation.js';
export type { Randomness } from './randomness.js';
export { type DpOptions, dp, type RobustOptions, robust, type SecureOptions, secure } from './robust.js';
export { type SecureSumOptions, secureSum } from './secure-sum.js';
export { sum } from './sum.js';
export { type UnweightedMeanOptions, unweightedMean } from './unweighted-mean.js';
export { type ZeroingOptions, zeroing } from './zeroing.js';
