/** The parts that algorithms are composed of, for algorithms of one's own. */
export { type BatchesOptions, type BatchStep, type DatasetInputs, overBatches, type Schedule } from './batches.js';
export {
  type ClientInputs,
  type ClientResult,
  type ClientWeighting,
  type ClientWork,
  type ServerInputs,
  type ServerResult,
  type Survey,
  type WeightOutputs,
  weightOf,
} from './client-work.js';
export { type ComposeOptions, composeLearningProcess } from './compose-learning-process.js';
export type { Distributor, DistributorInputs, DistributorStep } from './distributor.js';
export {
  type ApplyOptimizerFinalizerOptions,
  buildApplyOptimizerFinalizer,
  type Finalizer,
  type FinalizerStep,
  keepWeights,
  type RejectUpdate,
  rejectNonFiniteUpdate,
} from './finalizer.js';
export { fullGradient } from './full-gradient.js';
export { Guard } from './guard.js';
export type { LocalEvaluationOptions, LocalEvaluationTime } from './local-evaluation.js';
export {
  type Correction,
  type CorrectionFrom,
  type CorrectionStep,
  LocalTraining,
  type Trained,
  type TrainingInputs,
  type TrainingOptions,
} from './local-training.js';
export { buildModelDeltaClientWork, type ModelDeltaClientWorkOptions } from './model-delta-client-work.js';
export type { BatchNormPolicy, SharingOptions } from './model-update.js';
export { TrainingMetrics } from './training-metrics.js';
