/** Ends a training whose metric does not get better any more. */
import { checkInteger, checkNumber, checkOptions } from '../validate.js';
import { type Callback, savedFields } from './callback.js';
import { fromSaved, MONITOR_OPTIONS, Monitor, type MonitorOptions, toSaved } from './monitor.js';
import type { SavedValue } from './state-file.js';
import type { StrategyRound } from './strategy.js';

export interface EarlyStoppingOptions extends MonitorOptions {
  /** How many rounds in a row may bring nothing better before the training ends, at least 0; 0 by default. 0 and 1 are the same. */
  readonly patience?: number;
  /** By more than how much a value must be better to count, at least 0; 0 by default. */
  readonly minDelta?: number;
  /** The value that must be reached, too, for the waiting to begin anew; none by default. */
  readonly baseline?: number;
  /** The first round that counts, at least 1; 1 by default. */
  readonly startFromRound?: number;
}

/** Waits for something better; the best state is what {@link bestCheckpoint} keeps. */
export class EarlyStopping implements Callback {
  readonly #monitor: Monitor;
  readonly #patience: number;
  readonly #baseline: number | undefined;
  readonly #startFromRound: number;
  #best: number | undefined;
  #wait = 0;

  /** @internal */
  constructor(options: EarlyStoppingOptions) {
    checkOptions('options', options, [...MONITOR_OPTIONS, 'patience', 'minDelta', 'baseline', 'startFromRound']);
    const { patience, minDelta, baseline, startFromRound } = options;
    this.#monitor = new Monitor(options, checkNumber('minDelta', minDelta ?? 0, { min: 0 }));
    this.#patience = checkInteger('patience', patience ?? 0, { min: 0 });
    this.#baseline = baseline === undefined ? undefined : checkNumber('baseline', baseline);
    this.#startFromRound = checkInteger('startFromRound', startFromRound ?? 1, { min: 1 });
  }

  /** Whether the training ends with this round. @throws ValueError for a round without the metric */
  onRound(round: StrategyRound<unknown>): boolean {
    const value = this.#monitor.read(round);
    if (value === undefined || round.round < this.#startFromRound) return false;
    this.#wait += 1;
    if (this.#monitor.improves(value, this.#best)) {
      this.#best = value;
      if (this.#monitor.improves(value, this.#baseline)) this.#wait = 0;
      return false;
    }
    // The first round that counts has nothing to be better than.
    return this.#wait >= this.#patience && round.round > this.#startFromRound;
  }

  get state(): SavedValue {
    return { best: toSaved(this.#best), wait: this.#wait };
  }

  restore(state: SavedValue | undefined): void {
    const { best, wait } = savedFields(state ?? { best: null, wait: 0 }, ['best', 'wait']);
    const checked = checkInteger('state.wait', wait, { min: 0 });
    this.#best = fromSaved('state.best', best);
    this.#wait = checked;
  }
}

/**
 * Ends a training after `patience` rounds without a better value of a metric.
 *
 * The rule is that of Keras's `EarlyStopping` (`min_delta`, `baseline`, `start_from_epoch` there), and for a patience of at least 1 that of
 * pfl-research's `EarlyStoppingCallback`, which with 0 ends after the first round. Other than both, NaN is never the best value, so that a
 * first round of NaN does not hide what comes after.
 *
 * @throws TypeError, ValueError for an option of the wrong kind or out of range
 */
export const earlyStopping = (options: EarlyStoppingOptions): EarlyStopping => new EarlyStopping(options);
