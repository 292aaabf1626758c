/** What programs around a learning process need: the rounds' loop, callbacks, saved states, released metrics. */
export { BestCheckpoint, type BestCheckpointOptions, type BestRound, bestCheckpoint } from './best-checkpoint.js';
export { type BestMetric, BestMetrics, type BestMetricsOptions, bestMetrics } from './best-metrics.js';
export type { Callback } from './callback.js';
export { type ClientEndpointOptions, clientEndpoint } from './client-endpoint.js';
export { Convergence, type ConvergenceOptions, convergence } from './convergence.js';
export { CsvReleaseManager, type CsvReleaseManagerOptions, csvReleaseManager } from './csv-release-manager.js';
export { EarlyStopping, type EarlyStoppingOptions, earlyStopping } from './early-stopping.js';
export { FileProgramStateManager, type FileProgramStateManagerOptions, fileProgramStateManager } from './file-program-state-manager.js';
export type { MonitorMode, MonitorOptions } from './monitor.js';
export { RoundError } from './round-error.js';
export type { RunMemoryOptions } from './run-memory.js';
export type { SavedValue } from './state-file.js';
export { Stopwatch, stopwatch } from './stopwatch.js';
export {
  Strategy,
  type StrategyEvaluation,
  type StrategyOptions,
  type StrategyResult,
  type StrategyRound,
  type StrategyRunOptions,
  strategy,
} from './strategy.js';
export {
  TensorBoardReleaseManager,
  type TensorBoardReleaseManagerOptions,
  tensorBoardReleaseManager,
} from './tensor-board-release-manager.js';
export { TerminateOnNaN, type TerminateOnNaNOptions, terminateOnNaN } from './terminate-on-nan.js';
