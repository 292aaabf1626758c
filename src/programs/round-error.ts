/** What a program throws where a round fails. */
import type { LearningState } from '../templates/learning-process.js';
import { describe } from '../validate.js';

/** A round failed; what it failed with is the `cause`. */
export class RoundError extends Error {
  override readonly name = 'RoundError';
  readonly code = 'ERR_ROUND_FAILED';
  /** The number of the round, from 1 on; 0 for the evaluation before the first one. */
  readonly round: number;
  // Not among the properties that Node prints.
  readonly #state: LearningState;

  constructor(round: number, state: LearningState, cause: unknown) {
    super(`round ${round}: ${cause instanceof Error ? cause.message : describe(cause)}`, { cause });
    this.round = round;
    this.#state = state;
  }

  /** The state before the round, with which it can be tried again: all earlier rounds are in it. */
  get state(): LearningState {
    return this.#state;
  }
}
