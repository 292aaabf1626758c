/** Rounds that no training has made, for tests of what looks at them. */
import type { programs } from '../../src/index.js';

/** A round in which the server's evaluation gave `central`. */
export const roundWith = (round: number, central: unknown): programs.StrategyRound<unknown> => ({
  round,
  central,
  // Callbacks do not look into it.
  state: { round } as never,
  clients: [],
  metrics: {},
  failures: [],
  evaluation: undefined,
});

/** What the metric of Keras's and pfl-research's callbacks was given, round by round, to find where they end. */
export const SEQUENCES: readonly (readonly number[])[] = [
  [5, 4, 3, 3, 3, 2.5, 2.4, 2.4, 2.4, 2.4],
  [3, 2, 4, 1.9, 5, 1.8, 1.85, 1.7, 1.9, 1.95, 1.99],
  [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65],
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  [3, Number.NaN, 2, Number.NaN, Number.NaN, 1],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 4, 4, 4],
];

/** The round with which a callback ends a training whose evaluations give these values; `null` where it goes on. */
export function endOf(callback: programs.Callback, values: readonly number[]): number | null {
  const index = values.findIndex((value, i) => callback.onRound(roundWith(i + 1, value)) === true);
  return index < 0 ? null : index + 1;
}

/** The same, where after each round what the callback remembers goes through a file to a new one. */
export function endInPieces(
  make: () => programs.Callback,
  values: readonly number[],
  throughFile: (state: unknown) => programs.SavedValue,
) {
  let saved: programs.SavedValue | undefined;
  const index = values.findIndex((value, i) => {
    const callback = make();
    callback.restore?.(saved);
    const ends = callback.onRound(roundWith(i + 1, value)) === true;
    saved = callback.state === undefined ? undefined : throughFile(callback.state);
    return ends;
  });
  return index < 0 ? null : index + 1;
}
