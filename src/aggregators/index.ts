/** How clients' values are combined. */
export { addDebugMeasurements } from './add-debug-measurements.js';
export { type AddMeasurementsOptions, addMeasurements, type ClientMeasurement, type Measurements } from './add-measurements.js';
export { additiveSharing } from './additive-sharing.js';
export { type AggregationOutput, AggregationProcess } from './aggregation-process.js';
export { type AggregationStep, Aggregator, type AggregatorParts, type Combined, type Contribution } from './aggregator.js';
export { asWeightedAggregator } from './as-weighted-aggregator.js';
export { bulyan } from './bulyan.js';
export { type ClippingOptions, clipping } from './clipping.js';
export type { CompressionOptions } from './compression.js';
export { type ConcatOptions, concat } from './concat.js';
export { coordinateMedian } from './coordinate-median.js';
export { discreteFourierTransform } from './discrete-fourier-transform.js';
export { type DpOptions, dp } from './dp.js';
export { type AdaptiveClipNoise, adaptiveClipNoise, type DpGaussianAdaptiveOptions, dpGaussianAdaptive } from './dp-gaussian-adaptive.js';
export { type DpFixedOptions, dpGaussianFixed } from './dp-gaussian-fixed.js';
export { dpLaplace } from './dp-laplace.js';
export { type DpLocalOptions, dpLocal } from './dp-local.js';
export { type DpTreeAdaptiveOptions, type DpTreeOptions, dpTree, dpTreeAdaptive } from './dp-tree.js';
export { drive } from './drive.js';
export { Estimation, type EstimationParts } from './estimation.js';
export { type GeometricMedianOptions, geometricMedian } from './geometric-median.js';
export { hadamardTransform } from './hadamard-transform.js';
export { type KrumOptions, krum, type MultiKrumOptions, multiKrum } from './krum.js';
export type { LimitOptions } from './limits.js';
export { type MeanOptions, mean } from './mean.js';
export { type OutputPerturbationOptions, outputPerturbation } from './output-perturbation.js';
export { type QuantileEstimationOptions, quantileEstimation } from './quantile-estimation.js';
export type { Randomness } from './randomness.js';
export { type ReservoirSamplingOptions, unweightedReservoirSampling } from './reservoir-sampling.js';
export { type RobustOptions, robust } from './robust.js';
export type { RotationOptions } from './rotation.js';
export { secure } from './secure.js';
export { type SecureModularSumOptions, secureModularSum } from './secure-modular-sum.js';
export { type SecureSumOptions, secureSum } from './secure-sum.js';
export { sum } from './sum.js';
export { ternGrad } from './tern-grad.js';
export { type TopKOptions, topK } from './top-k.js';
export { type TrimmedMeanOptions, trimmedMean } from './trimmed-mean.js';
export {
  type RotatedUniformStochasticQuantizerOptions,
  rotatedUniformStochasticQuantizer,
  type UniformStochasticQuantizerOptions,
  uniformStochasticQuantizer,
} from './uniform-stochastic-quantizer.js';
export { type UnweightedMeanOptions, unweightedMean } from './unweighted-mean.js';
export { type ZeroingOptions, zeroing } from './zeroing.js';
