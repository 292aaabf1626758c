/** What programs around a learning process need: saved states, released metrics. */
export { CsvReleaseManager, type CsvReleaseManagerOptions, csvReleaseManager } from './csv-release-manager.js';
export { FileProgramStateManager, type FileProgramStateManagerOptions, fileProgramStateManager } from './file-program-state-manager.js';
export type { SavedValue } from './state-file.js';
