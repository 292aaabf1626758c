/** Models for federated learning. */
export type { BatchOf, InputSpec, InputsOf, TensorsOf } from './batch.js';
export type { ClassWeight } from './class-weights.js';
export { numBatchesCounter, numExamplesCounter } from './counters.js';
export {
  type AnyFederatedModel,
  type BackwardOutput,
  type BatchOutput,
  FederatedModel,
  type MetricFinalizer,
  type PassOptions,
} from './federated-model.js';
export { type FromKerasModelOptions, fromKerasModel } from './from-keras-model.js';
export {
  type FunctionalOptions,
  type FunctionalWeights,
  functional,
  type InitialValues,
  type InitialWeights,
  type OutputsOf,
  type PredictMode,
} from './functional.js';
export type { Losses, LossOrFunction } from './loss-terms.js';
export type { MetricOrConstructor, Metrics } from './metric-terms.js';
export type { ForwardOutputs, MetricDefinition, ModelDefinition } from './model-definition.js';
export type { ModelWeights } from './model-weights.js';
export {
  type ReconstructionModel,
  type ReconstructionOptions,
  reconstructionFromKerasModel,
  reconstructionModel,
} from './reconstruction-model.js';
