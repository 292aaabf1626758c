/** The form of a gradient rule: one op's part of the chain rule. */
import type { Attributes, Operation, Output } from '../graph.js';

/**
 * From the gradients of an op's outputs (`null` where an output is not used) to those of its inputs, in order; `null` for an
 * input that has none, such as indices. A gradient that is not `needed` may be `null`, which saves its ops.
 */
export type GradientRule = (
  operation: Operation,
  dys: readonly (Output | null)[],
  needed: readonly boolean[],
) => readonly (Output | null)[];

export type Rules = Readonly<Record<string, GradientRule>>;

/** Whether there is a gradient: of an output that is used. */
export const isGiven = (dy: Output | null | undefined): dy is Output => dy !== null && dy !== undefined;

/** The rule of an op with one output that is differentiated in its first input only: `fn` gives that gradient. */
export const first =
  (fn: (dy: Output, operation: Operation) => Output): GradientRule =>
  (operation, [dy], [needed]) => [needed ? fn(dy as Output, operation) : null, ...operation.inputs.slice(1).map(() => null)];

/** The rule of an op with one output: one gradient per input, each made only where it is needed. */
export const each =
  (fn: (dy: Output, operation: Operation) => readonly ((() => Output | null) | null)[]): GradientRule =>
  (operation, [dy], needed) =>
    fn(dy as Output, operation).map((make, i) => (needed[i] && make !== null ? make() : null));

/** The rule of an op whose outputs do not change with small changes of its inputs. */
export const none: GradientRule = ({ inputs }) => inputs.map(() => null);

/** Those of an op's attributes that were given, of the named ones: its gradient's op takes the same. */
export const pick = (attributes: Attributes, ...names: readonly string[]): Attributes =>
  Object.fromEntries(names.filter((name) => attributes[name] !== undefined).map((name) => [name, attributes[name] as number]));

/** The numbers of a constant, `undefined` for what is computed at run time. */
export const constantOf = (x: Output): number[] | undefined => {
  const data = x.operation.constant?.data;
  return data === undefined ? undefined : Array.from(data as ArrayLike<number | bigint>, Number);
};
