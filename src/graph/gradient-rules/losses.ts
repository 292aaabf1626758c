/** Fused losses compute their gradient along with the loss: it is their second output. */
import type { Output } from '../graph.js';
import { expandDims } from '../ops/array.js';
import { mul, neg } from '../ops/math.js';
import { logSoftmax } from '../ops/nn.js';
import type { GradientRule } from './rule.js';

/** A gradient per row, for a product with `[rows, classes]`; that of a mean is one number for all rows, and is not spread first. */
const perRow = (dy: Output): Output => (dy.operation.type === 'Fill' ? (dy.operation.inputs[1] as Output) : expandDims(dy, -1));

const SparseSoftmaxCrossEntropyWithLogits: GradientRule = ({ outputs }, [dy]) => [mul(perRow(dy as Output), outputs[1] as Output), null];

const SoftmaxCrossEntropyWithLogits: GradientRule = ({ inputs: [logits], outputs }, [dy]) => [
  mul(perRow(dy as Output), outputs[1] as Output),
  mul(perRow(dy as Output), neg(logSoftmax(logits as Output))),
];

export const lossRules: Readonly<Record<string, GradientRule>> = { SparseSoftmaxCrossEntropyWithLogits, SoftmaxCrossEntropyWithLogits };
