/** Metrics of a round by their path, and when one is better than another: what callbacks that watch one share. */
import { ValueError } from '../errors.js';
import { Tensor, tensor } from '../tensor.js';
import { mapTree } from '../tree.js';
import { checkOneOf, checkString, mustBe } from '../validate.js';
import type { SavedValue } from './state-file.js';
import type { StrategyRound } from './strategy.js';

/** Whether a lower or a higher value is the better one. */
export type MonitorMode = 'min' | 'max';

export interface MonitorOptions {
  /**
   * The path of a number: below `train` what the training's clients told, below `evaluation` what those that evaluate did, below `central` what
   * `evaluate` returned. For example `evaluation.clientWork.eval.currentRoundMetrics.loss`, or `central` where that is a number.
   */
  readonly metric: string;
  /** Whether a lower value is better, as of a loss, or a higher one; `min` by default. */
  readonly mode?: MonitorMode | undefined;
}

export const MONITOR_OPTIONS = ['metric', 'mode'] as const;

/** The numbers that a round tells, by their path. */
function metricsOf({ metrics, evaluation, central }: StrategyRound<unknown>): Map<string, number> {
  const found = new Map<string, number>();
  mapTree<unknown, void>({ train: metrics, evaluation: evaluation?.metrics, central }, (value, path) => {
    if (typeof value === 'number') found.set(path, value);
  });
  return found;
}

export const checkMode = (name: string, mode: unknown): MonitorMode => checkOneOf(name, mode, ['min', 'max']);

/** Reads a metric and compares its values. */
export class Monitor {
  readonly #metric: string;
  readonly #mode: MonitorMode;
  readonly #minDelta: number;

  constructor({ metric, mode }: MonitorOptions, minDelta = 0) {
    this.#metric = checkString('metric', metric);
    this.#mode = checkMode('mode', mode ?? 'min');
    this.#minDelta = minDelta;
  }

  /** The metric of a round, which may be NaN; `undefined` in round 0, before any training. @throws ValueError where the round has no such number */
  read(round: StrategyRound<unknown>): number | undefined {
    if (round.round === 0) return undefined;
    const known = metricsOf(round);
    const value = known.get(this.#metric);
    if (value !== undefined) return value;
    const list = known.size === 0 ? 'there are none' : `they are ${[...known.keys()].map((path) => `\`${path}\``).join(', ')}`;
    throw new ValueError(`\`metric\` must be one of round ${round.round}'s, received ${JSON.stringify(this.#metric)}; ${list}`);
  }

  /** Whether a value is better than another by more than `minDelta`. NaN never is; anything else is better than none. */
  improves(value: number, reference: number | undefined): boolean {
    if (Number.isNaN(value)) return false;
    if (reference === undefined) return true;
    return this.#mode === 'min' ? value + this.#minDelta < reference : value - this.#minDelta > reference;
  }
}

/** A metric's value so that it can be saved: in a tensor, as it may be infinite. */
export const toSaved = (value: number | undefined): Tensor | null => (value === undefined ? null : tensor(value, [], 'float64'));

/** The value back. @throws TypeError for anything else */
export function fromSaved(name: string, saved: SavedValue): number | undefined {
  if (saved === null) return undefined;
  if (saved instanceof Tensor && saved.dtype === 'float64' && saved.shape.length === 0) return saved.data[0] as number;
  throw mustBe(name, 'null or a float64 scalar', saved);
}
