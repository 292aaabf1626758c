/**
 * Gradients of an operand that several ops share, as of a weight that is used in every step of a recurrence.
 *
 * Products, convolutions and biases treat the rows of their first operand independently, so what all of them contribute to the second one's
 * gradient is what one op over all their rows would: one large product instead of a sum of small ones, each as large as the weight.
 */
import { RULES } from './gradient-rules/index.js';
import type { GradientRule } from './gradient-rules/rule.js';
import type { Operation, Output } from './graph.js';
import { concat } from './ops/array.js';

const ROW_WISE: ReadonlySet<string> = new Set(['MatMul', 'BiasAdd', 'Conv2D', 'Conv3D', 'DepthwiseConv2dNative']);

/** One use of an operand: the op whose second input it is, and the gradient of that op's output. */
export interface Use {
  readonly operation: Operation;
  readonly dy: Output;
}

/** Whether an op's second operand is used alike by all rows of the first. */
export const isRowWise = ({ type, attributes }: Operation): boolean => ROW_WISE.has(type) && attributes.transpose_a !== true;

/** The contributions of all uses to the gradient of the operand that they share: one for each kind of op. */
export function sharedGradients(uses: readonly Use[]): Output[] {
  const groups = new Map<string, Use[]>();
  uses.forEach((use, i) => {
    const key = rowKey(use) ?? String(i);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [use]);
    else group.push(use);
  });
  return [...groups.values()].map(overAllRows);
}

/** What must be equal for rows to be put one below the other, `undefined` where that is not known. */
function rowKey({ operation: { type, inputs, attributes }, dy }: Use): string | undefined {
  const rows = [inputs[0] as Output, dy].map((t) => t.shape?.slice(1));
  if (!rows.every((sizes) => sizes?.every((size) => size !== null))) return undefined;
  return JSON.stringify([type, rows, attributes]);
}

function overAllRows(uses: readonly Use[]): Output {
  const { operation } = uses[0] as Use;
  const [, shared] = operation.inputs as [Output, Output];
  const x = concat(
    uses.map((use) => use.operation.inputs[0] as Output),
    0,
  );
  const dy = concat(
    uses.map((use) => use.dy),
    0,
  );
  const [, gradient] = (RULES[operation.type] as GradientRule)({ ...operation, inputs: [x, shared] }, [dy], [false, true]);
  return gradient as Output;
}
