/** Fused losses compute their gradient along with the loss: it is their second output. */
import type { Output } from '../graph.js';
import { expandDims } from '../ops/array.js';
import { mul } from '../ops/math.js';
import type { GradientRule } from './rule.js';

const SparseSoftmaxCrossEntropyWithLogits: GradientRule = ({ outputs }, [dy]) => [
  mul(expandDims(dy as Output, -1), outputs[1] as Output),
  null,
];

export const lossRules: Readonly<Record<string, GradientRule>> = { SparseSoftmaxCrossEntropyWithLogits };
