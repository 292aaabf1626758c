/** Ends a training whose metric is no finite number. */
import { checkOptions } from '../validate.js';
import type { Callback } from './callback.js';
import { Monitor, type MonitorOptions } from './monitor.js';
import type { StrategyRound } from './strategy.js';

export type TerminateOnNaNOptions = Pick<MonitorOptions, 'metric'>;

/** Remembers nothing. */
export class TerminateOnNaN implements Callback {
  readonly #monitor: Monitor;

  /** @internal */
  constructor(options: TerminateOnNaNOptions) {
    checkOptions('options', options, ['metric']);
    this.#monitor = new Monitor(options);
  }

  /** Whether the metric is NaN or infinite. @throws ValueError for a round without the metric */
  onRound(round: StrategyRound<unknown>): boolean {
    const value = this.#monitor.read(round);
    return value !== undefined && !Number.isFinite(value);
  }
}

/**
 * Ends a training with the round whose metric is NaN or infinite: `TerminateOnNaN` of Keras, which looks at the loss of each batch.
 *
 * @throws TypeError for an option of the wrong kind
 */
export const terminateOnNaN = (options: TerminateOnNaNOptions): TerminateOnNaN => new TerminateOnNaN(options);
