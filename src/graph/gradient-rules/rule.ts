/** The form of a gradient rule: one op's part of the chain rule. */
import type { Operation, Output } from '../graph.js';

/**
 * From the gradients of an op's outputs (`null` where an output is not used) to those of its inputs, in order; `null` for an
 * input that has none, such as indices.
 */
export type GradientRule = (operation: Operation, dys: readonly (Output | null)[]) => readonly (Output | null)[];
