/** How long rounds take. */
import { checkInteger, checkNumber } from '../validate.js';
import { type Callback, savedFields } from './callback.js';
import type { SavedValue } from './state-file.js';
import type { StrategyRound } from './strategy.js';

/** Seconds of the wall clock, between one round's end and the next one's. */
export class Stopwatch implements Callback {
  #since = performance.now();
  #seconds = 0;
  #total = 0;
  #rounds = 0;

  /** Takes the time; `false`, as it ends nothing. */
  onRound({ round }: StrategyRound<unknown>): boolean {
    const now = performance.now();
    if (round > 0) {
      this.#seconds = (now - this.#since) / 1000;
      this.#total += this.#seconds;
      this.#rounds += 1;
    }
    this.#since = now;
    return false;
  }

  /** Those of the last round: since the round before, or, for the first one, since it was made or has taken up a state. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Those of all rounds, also of those before a crash. */
  get totalSeconds(): number {
    return this.#total;
  }

  /** Those of a round on average; 0 before the first one. */
  get meanSeconds(): number {
    return this.#rounds === 0 ? 0 : this.#total / this.#rounds;
  }

  get state(): SavedValue {
    return { seconds: this.#seconds, total: this.#total, rounds: this.#rounds };
  }

  restore(state: SavedValue | undefined): void {
    const saved = savedFields(state ?? { seconds: 0, total: 0, rounds: 0 }, ['seconds', 'total', 'rounds']);
    const [seconds, total] = [saved.seconds, saved.total].map((value, i) =>
      checkNumber(`state.${i === 0 ? 'seconds' : 'total'}`, value, { min: 0 }),
    ) as [number, number];
    this.#rounds = checkInteger('state.rounds', saved.rounds, { min: 0 });
    this.#seconds = seconds;
    this.#total = total;
    this.#since = performance.now();
  }
}

/** Measures how long rounds take: `StopwatchCallback` of pfl-research, in seconds. */
export const stopwatch = (): Stopwatch => new Stopwatch();
