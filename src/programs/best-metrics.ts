/** The best values of metrics so far. */
import { isDictionary } from '../tree.js';
import { checkInteger, checkOptions, mustBe } from '../validate.js';
import { type Callback, savedFields } from './callback.js';
import { checkMode, fromSaved, Monitor, type MonitorMode, toSaved } from './monitor.js';
import type { SavedValue } from './state-file.js';
import type { StrategyRound } from './strategy.js';

export interface BestMetricsOptions {
  /** For each metric, named as in {@link MonitorOptions}, whether the lowest or the highest value is its best; at least one. */
  readonly metrics: Readonly<Record<string, MonitorMode>>;
}

/** A metric's best value, and the round that had it. */
export interface BestMetric {
  readonly round: number;
  readonly value: number;
}

/** Has the best of each metric. */
export class BestMetrics implements Callback {
  readonly #monitors: ReadonlyMap<string, Monitor>;
  #best: Readonly<Record<string, BestMetric>> = {};

  /** @internal */
  constructor(options: BestMetricsOptions) {
    checkOptions('options', options, ['metrics']);
    const { metrics } = options;
    if (!isDictionary(metrics) || Object.keys(metrics).length === 0)
      throw mustBe('metrics', 'a dictionary of metrics with "min" or "max"', metrics);
    this.#monitors = new Map(
      Object.entries(metrics).map(([metric, mode]) => [metric, new Monitor({ metric, mode: checkMode(`metrics.${metric}`, mode) })]),
    );
  }

  /** Looks at the round's metrics; `false`, as it ends nothing. @throws ValueError for a round without one of them */
  onRound(round: StrategyRound<unknown>): boolean {
    const best = { ...this.#best };
    for (const [metric, monitor] of this.#monitors) {
      const value = monitor.read(round);
      if (value !== undefined && monitor.improves(value, best[metric]?.value)) best[metric] = { round: round.round, value };
    }
    this.#best = best;
    return false;
  }

  /** By the metrics' names, of equal rounds the first; a metric that has always been NaN is not in it. */
  get best(): Readonly<Record<string, BestMetric>> {
    return this.#best;
  }

  get state(): SavedValue {
    return Object.fromEntries(Object.entries(this.#best).map(([metric, { round, value }]) => [metric, { round, value: toSaved(value) }]));
  }

  restore(state: SavedValue | undefined): void {
    const saved = savedFields(state ?? {}, []);
    const best: Record<string, BestMetric> = {};
    for (const [metric, field] of Object.entries(saved) as [string, SavedValue][]) {
      if (!this.#monitors.has(metric)) throw mustBe('state', `one with ${[...this.#monitors.keys()].join(', ')}`, state);
      const { round, value } = savedFields(field, ['round', 'value']);
      const number = fromSaved(`state.${metric}.value`, value);
      if (number === undefined) throw mustBe(`state.${metric}.value`, 'a float64 scalar', value);
      best[metric] = { round: checkInteger(`state.${metric}.round`, round, { min: 1 }), value: number };
    }
    this.#best = best;
  }
}

/**
 * Keeps the best value of each metric and its round: `TrackBestOverallMetrics` of pfl-research, where a metric may be missing for some rounds.
 *
 * @throws TypeError, ValueError for an option of the wrong kind or out of range
 */
export const bestMetrics = (options: BestMetricsOptions): BestMetrics => new BestMetrics(options);
