/** What the families of ops share: where an op goes, and how numbers become constants. */
import type { DType } from '../../dtype.js';
import { type Attributes, graphOf, type OpInput, Output } from '../graph.js';

/** An operand: an output, or a number that takes the other operand's element type. */
export type Operand = Output | number;

/** Adds an op to the innermost graph of its inputs and returns its first output. */
export const op = (type: string, inputs: readonly OpInput[], attributes?: Attributes): Output => ops(type, inputs, attributes)[0] as Output;

/** Adds an op to the innermost graph of its inputs and returns all outputs. */
export const ops = (type: string, inputs: readonly OpInput[], attributes?: Attributes): Output[] =>
  graphOf(inputs).op(type, inputs, attributes);

/** A constant in the graph of `like`: for sizes, axes and permutations (`int32` by default). */
export const constantLike = (like: Output, value: number | readonly number[], dtype: DType = 'int32'): Output =>
  like.graph.constant(value, dtype, Array.isArray(value) ? [value.length] : []);

/** Both operands as outputs. */
export function operands(x: Operand, y: Operand): [Output, Output] {
  if (x instanceof Output) return [x, y instanceof Output ? y : x.graph.constant(y, x.dtype)];
  if (y instanceof Output) return [y.graph.constant(x, y.dtype), y];
  throw new TypeError('one of the operands must be an output of a graph');
}

/** An elementwise op of one operand. */
export const unary =
  (type: string) =>
  (x: Output): Output =>
    op(type, [x]);
/** An elementwise op of two operands that broadcast against each other. */
export const binary =
  (type: string) =>
  (x: Operand, y: Operand): Output =>
    op(type, operands(x, y));
