/** What looks at a training's rounds, and may end it. */
import { isDictionary } from '../tree.js';
import { mustBe } from '../validate.js';
import type { SavedValue } from './state-file.js';
import type { StrategyRound } from './strategy.js';

/** Called after each round, by a strategy that has it among its `callbacks`, or in a loop of one's own. */
export interface Callback<C = unknown> {
  /**
   * Looks at a round; the training ends with it where this returns, or promises, `true`, and goes on with anything else.
   *
   * @param round As `rounds` of a strategy gives it; also round 0, where there is one.
   */
  onRound(round: StrategyRound<C>): unknown;
  /** What it remembers of the rounds, a value that can be saved; a callback that remembers nothing has none. */
  readonly state?: SavedValue;
  /** Takes up what `state` gave earlier; with `undefined` it forgets all, as before the first round. Comes with `state`. */
  restore?(state: SavedValue | undefined): void;
}

/** The fields of what a callback's `state` gave. @throws TypeError for anything else */
export function savedFields<K extends string>(state: SavedValue, names: readonly K[]): Record<K, SavedValue> {
  if (!isDictionary(state) || names.some((name) => state[name] === undefined))
    throw mustBe('state', `what \`state\` of such a callback gave, with ${names.join(', ')}`, state);
  return state as Record<K, SavedValue>;
}
