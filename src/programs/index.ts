/** What programs around a learning process need: the rounds' loop, saved states, released metrics. */
export { CsvReleaseManager, type CsvReleaseManagerOptions, csvReleaseManager } from './csv-release-manager.js';
export { FileProgramStateManager, type FileProgramStateManagerOptions, fileProgramStateManager } from './file-program-state-manager.js';
export { RoundError } from './round-error.js';
export type { SavedValue } from './state-file.js';
export {
  Strategy,
  type StrategyEvaluation,
  type StrategyOptions,
  type StrategyResult,
  type StrategyRound,
  type StrategyRunOptions,
  strategy,
} from './strategy.js';
