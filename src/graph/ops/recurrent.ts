/** Recurrences that have an op of our own. */
import type { Output } from '../graph.js';
import { op, ops } from './core.js';

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
 * @param counts Which steps count, `bool [steps, batch]`, all by default: one that does not gives what the one before it gave.
 */
export function lstmSteps(projected: Output, recurrent: Output, h: Output, c: Output, counts = allCount(projected)): LstmSteps {
  const [outputs, memories] = ops('FedkerasLstm', [projected, recurrent, h, c, counts]) as [Output, Output];
  return { outputs, memories };
}

/**
 * The outputs `[steps, batch, units]` of all steps of gated recurrent units with tanh and the logistic function, `float32`, gates `z, r, h`
 * along the last axis, the reset gate applied after the product with the state.
 *
 * @param projected What the inputs add to the gates, `[steps, batch, 3 * units]`.
 * @param recurrent The kernel of the state, `[units, 3 * units]`.
 * @param bias What is added to its product, `[3 * units]`.
 * @param h The output before the first step, `[batch, units]`.
 * @param counts Which steps count, `bool [steps, batch]`, all by default: one that does not gives what the one before it gave.
 */
export const gruSteps = (projected: Output, recurrent: Output, bias: Output, h: Output, counts = allCount(projected)): Output =>
  op('FedkerasGru', [projected, recurrent, bias, h, counts]);

/**
 * The outputs `[steps, batch, units]` of all steps of the fully connected recurrence, `float32`: the activation of the input's part and of
 * the product with the output before it.
 *
 * @param projected The input's part, `[steps, batch, units]`.
 * @param recurrent The kernel of the state, `[units, units]`.
 * @param h The output before the first step, `[batch, units]`.
 * @param counts Which steps count, `bool [steps, batch]`, all by default: one that does not gives what the one before it gave.
 */
export const simpleRnnSteps = (
  projected: Output,
  recurrent: Output,
  h: Output,
  activation: 'tanh' | 'relu',
  counts = allCount(projected),
): Output => op('FedkerasSimpleRnn', [projected, recurrent, h, counts], { activation });

/** How the ops are told that all steps count. */
const allCount = ({ graph }: Output): Output => graph.constant(new Uint8Array(0), 'bool', [0, 0]);
