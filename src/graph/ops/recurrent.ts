/** Recurrences that have an op of our own. */
import type { Output } from '../graph.js';
import { ops } from './core.js';

/** What a long short-term memory gives in every step, `[steps, batch, units]` each. */
export interface LstmSteps {
  readonly outputs: Output;
  readonly memories: Output;
}

/**
 * All steps of a long short-term memory with tanh and the logistic function, `float32`, gates `i, f, g, o` along the last axis.
 *
 * @param projected What the inputs add to the gates, `[steps, batch, 4 * units]`.
 * @param recurrent The kernel of the state, `[units, 4 * units]`.
 * @param h The output before the first step, `[batch, units]`.
 * @param c The memory before it, `[batch, units]`.
 */
export function lstmSteps(projected: Output, recurrent: Output, h: Output, c: Output): LstmSteps {
  const [outputs, memories] = ops('FedkerasLstm', [projected, recurrent, h, c]) as [Output, Output];
  return { outputs, memories };
}
