/**
 * Ops of one element at a time, whose results have the same bits wherever the element is.
 *
 * Exponentials and the like are not among them: libtensorflow takes another function for the last elements of a tensor than for those that
 * fill a vector, so that a client's numbers would depend on how many others are beside it.
 */
import type { ClientsRule, ClientsRules, Output } from '../graph.js';
import { add } from '../ops/math.js';
import { aligned, same } from './rule.js';

const TYPES = [
  ...['Identity', 'StopGradient', 'Cast', 'ZerosLike', 'OnesLike', 'CheckNumerics', 'IsFinite', 'IsNan', 'LogicalNot'],
  ...['Neg', 'Abs', 'Sign', 'Square', 'Sqrt', 'Floor', 'Ceil', 'Rint', 'Relu', 'Relu6', 'LeakyRelu'],
  ...['AddV2', 'Sub', 'Mul', 'RealDiv', 'DivNoNan', 'MulNoNan', 'FloorDiv', 'FloorMod', 'Maximum', 'Minimum', 'SquaredDifference'],
  ...['Equal', 'NotEqual', 'Less', 'LessEqual', 'Greater', 'GreaterEqual', 'LogicalAnd', 'LogicalOr', 'SelectV2'],
  ...['SqrtGrad', 'ReluGrad', 'Relu6Grad', 'LeakyReluGrad'],
];

const elementwise: ClientsRule = same(({ inputs }) => ({ inputs: aligned(inputs as Output[]) }));

export const elementwiseRules: ClientsRules = {
  ...Object.fromEntries(TYPES.map((type) => [type, elementwise])),
  // In the order of TensorFlow's own sums.
  AddN: ({ inputs: [xs] }) => ({ outputs: [aligned(xs as readonly Output[]).reduce(add)] }),
};
