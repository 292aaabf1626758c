/** Keeps the best state of a training. */
import type { LearningState } from '../templates/learning-process.js';
import { isDictionary } from '../tree.js';
import { checkInteger, checkNumber, checkOptions, mustBe } from '../validate.js';
import { type Callback, savedFields } from './callback.js';
import { fromSaved, MONITOR_OPTIONS, Monitor, type MonitorOptions, toSaved } from './monitor.js';
import type { SavedValue } from './state-file.js';
import type { StrategyRound } from './strategy.js';

export interface BestCheckpointOptions extends MonitorOptions {
  /** The value that must be surpassed for a state to be kept; none by default. */
  readonly threshold?: number;
}

/** What has been the best so far. */
export interface BestRound {
  readonly round: number;
  /** The metric after this round. */
  readonly value: number;
  readonly state: LearningState;
}

/** Has the best state so far; with what is saved of the training, it is saved as well. */
export class BestCheckpoint implements Callback {
  readonly #monitor: Monitor;
  readonly #threshold: number | undefined;
  #best: BestRound | undefined;

  /** @internal */
  constructor(options: BestCheckpointOptions) {
    checkOptions('options', options, [...MONITOR_OPTIONS, 'threshold']);
    this.#monitor = new Monitor(options);
    this.#threshold = options.threshold === undefined ? undefined : checkNumber('threshold', options.threshold);
  }

  /** Keeps the round's state where it is the best; `false`, as it ends nothing. @throws ValueError for a round without the metric */
  onRound(round: StrategyRound<unknown>): boolean {
    const value = this.#monitor.read(round);
    if (value !== undefined && this.#monitor.improves(value, this.#best?.value ?? this.#threshold))
      this.#best = { round: round.round, value, state: round.state };
    return false;
  }

  /** The best round, of equal ones the first; `undefined` where none has been better than the threshold, or all were NaN. */
  get best(): BestRound | undefined {
    return this.#best;
  }

  get state(): SavedValue {
    const best = this.#best;
    return best === undefined ? null : { round: best.round, value: toSaved(best.value), state: best.state as unknown as SavedValue };
  }

  restore(state: SavedValue | undefined): void {
    if (state === undefined || state === null) {
      this.#best = undefined;
      return;
    }
    const saved = savedFields(state, ['round', 'value', 'state']);
    const value = fromSaved('state.value', saved.value);
    if (value === undefined) throw mustBe('state.value', 'a float64 scalar', saved.value);
    if (!isDictionary(saved.state)) throw mustBe('state.state', 'a state of a learning process', saved.state);
    this.#best = { round: checkInteger('state.round', saved.round, { min: 1 }), value, state: saved.state as unknown as LearningState };
  }
}

/**
 * Keeps the state after the round with the best value of a metric: `ModelCheckpoint` of Keras with `save_best_only`, and
 * `MetricImprovementCheckpointPolicy` of pfl-research. What Keras's `restore_best_weights` does is to go on with `best.state`. Other than
 * there, NaN is never the best.
 *
 * @throws TypeError, ValueError for an option of the wrong kind or out of range
 */
export const bestCheckpoint = (options: BestCheckpointOptions): BestCheckpoint => new BestCheckpoint(options);
