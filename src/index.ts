/** fedkeras: federated learning for Keras models in Node, after TensorFlow Federated's `tff.learning`. */
export * as aggregators from './aggregators/index.js';
export * as algorithms from './algorithms/index.js';
export * as data from './data/index.js';
export type { DType, DTypeMap, NumericDType } from './dtype.js';
export {
  ClientTimeoutError,
  DisposedError,
  FileFormatError,
  LibraryNotFoundError,
  RemoteClientError,
  TensorFlowError,
  TooFewClientsError,
  ValueError,
} from './errors.js';
export type { Context } from './graph/context.js';
export type { Output } from './graph/graph.js';
export * as ops from './graph/ops/index.js';
export * as keras from './keras/index.js';
export * as metrics from './metrics/index.js';
export * as models from './models/index.js';
export { fromKerasModel } from './models/index.js';
export { type ConfigureOptions, configure } from './native/loader.js';
export * as optimizers from './optimizers/index.js';
export * as privacy from './privacy/index.js';
export * as programs from './programs/index.js';
export * as secureAggregation from './secure-aggregation/index.js';
export type { ClientFailure, NextOptions } from './templates/cohort.js';
export * as templates from './templates/index.js';
export type { LearningOutput, LearningProcess, LearningState, Metrics } from './templates/learning-process.js';
export type { RoundProgress } from './templates/run-clients.js';
export { Tensor, type TensorData, tensor } from './tensor.js';
export { type Shape, TensorSpec, tensorSpec } from './tensor-spec.js';
export { flatten, mapTree, type Tree, unflatten } from './tree.js';
