/** Ends a training whose metric has been good enough for some rounds. */
import { checkInteger, checkNumber, checkOptions } from '../validate.js';
import { type Callback, savedFields } from './callback.js';
import { MONITOR_OPTIONS, Monitor, type MonitorOptions } from './monitor.js';
import type { SavedValue } from './state-file.js';
import type { StrategyRound } from './strategy.js';

export interface ConvergenceOptions extends MonitorOptions {
  /** The value that the metric must surpass: be below it, or above it with the mode `max`. */
  readonly threshold: number;
  /** In how many rounds, one after another, at least 1. */
  readonly patience: number;
}

/** Counts the rounds in a row that are good enough. */
export class Convergence implements Callback {
  readonly #monitor: Monitor;
  readonly #threshold: number;
  readonly #patience: number;
  #since: number | undefined;
  #rounds = 0;

  /** @internal */
  constructor(options: ConvergenceOptions) {
    checkOptions('options', options, [...MONITOR_OPTIONS, 'threshold', 'patience']);
    this.#monitor = new Monitor(options);
    this.#threshold = checkNumber('threshold', options.threshold);
    this.#patience = checkInteger('patience', options.patience, { min: 1 });
  }

  /** Whether the training ends with this round. @throws ValueError for a round without the metric */
  onRound(round: StrategyRound<unknown>): boolean {
    const value = this.#monitor.read(round);
    if (value === undefined) return false;
    const good = this.#monitor.improves(value, this.#threshold);
    this.#rounds = good ? this.#rounds + 1 : 0;
    this.#since = good ? (this.#since ?? round.round) : undefined;
    return this.#rounds >= this.#patience;
  }

  /** The first of the rounds in a row that have been good enough until now, `undefined` where the last one was not. */
  get since(): number | undefined {
    return this.#since;
  }

  get state(): SavedValue {
    return { since: this.#since ?? null, rounds: this.#rounds };
  }

  restore(state: SavedValue | undefined): void {
    const { since, rounds } = savedFields(state ?? { since: null, rounds: 0 }, ['since', 'rounds']);
    const checked = since === null ? undefined : checkInteger('state.since', since, { min: 1 });
    this.#rounds = checkInteger('state.rounds', rounds, { min: 0 });
    this.#since = checked;
  }
}

/**
 * Ends a training when a metric has been better than a threshold for `patience` rounds in a row: `ConvergenceCallback` of pfl-research.
 *
 * @throws TypeError, ValueError for an option of the wrong kind or out of range
 */
export const convergence = (options: ConvergenceOptions): Convergence => new Convergence(options);
