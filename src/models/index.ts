/** Models for federated learning. */
export type { BatchOf, InputSpec, InputsOf, TensorsOf } from './batch.js';
export { numBatchesCounter, numExamplesCounter } from './counters.js';
export {
  type AnyFederatedModel,
  type BackwardOutput,
  type BatchOutput,
  FederatedModel,
  type MetricFinalizer,
  type PassOptions,
} from './federated-model.js';
export { type FromKerasModelOptions, fromKerasModel, type MetricOrConstructor } from './from-keras-model.js';
export type { ForwardOutputs, MetricDefinition, ModelDefinition } from './model-definition.js';
export type { ModelWeights } from './model-weights.js';
