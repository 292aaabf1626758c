/** Ops of one element at a time: a client's results have the same bits whatever else is in the tensor. */
import { type ClientsRule, type ClientsRules, NotOfClientsError, type Output } from '../graph.js';
import { add } from '../ops/math.js';
import { ownOfClients } from './own.js';
import { aligned, same } from './rule.js';

/** Of these every element is rounded once, or not at all. */
const EXACT = [
  ...['Identity', 'StopGradient', 'Cast', 'ZerosLike', 'OnesLike', 'CheckNumerics', 'IsFinite', 'IsNan', 'LogicalNot'],
  ...['Neg', 'Abs', 'Sign', 'Square', 'Sqrt', 'Floor', 'Ceil', 'Rint', 'Relu', 'Relu6', 'LeakyRelu'],
  ...['AddV2', 'Sub', 'Mul', 'RealDiv', 'DivNoNan', 'MulNoNan', 'FloorDiv', 'FloorMod', 'Maximum', 'Minimum', 'SquaredDifference'],
  ...['Equal', 'NotEqual', 'Less', 'LessEqual', 'Greater', 'GreaterEqual', 'LogicalAnd', 'LogicalOr', 'SelectV2'],
  ...['ReluGrad', 'Relu6Grad', 'LeakyReluGrad'],
];

/** These libtensorflow computes in another way for the last elements of a tensor, which are too few for a vector. */
const ROUNDED_BY_PLACE = [
  ...['Exp', 'Expm1', 'Log', 'Log1p', 'Tanh', 'Sigmoid', 'Rsqrt', 'Reciprocal', 'Erf', 'Elu', 'Selu', 'Softplus', 'Softsign'],
  ...['Pow', 'TanhGrad', 'SigmoidGrad', 'SqrtGrad', 'RsqrtGrad', 'ReciprocalGrad'],
  ...['EluGrad', 'SeluGrad', 'SoftplusGrad', 'SoftsignGrad'],
];

const exact: ClientsRule = same(({ inputs }) => ({ inputs: aligned(inputs as Output[]) }));

const own: ClientsRule = (call) => {
  const [x, y = x] = call.inputs as [Output, Output?];
  const isAlike =
    y.shape?.length === 0 || (x.shape !== null && x.shape.length === y.shape?.length && x.shape.every((s, i) => s === y.shape?.[i]));
  if (x.dtype !== 'float32' || !isAlike) throw new NotOfClientsError(`${call.type} of ${x}`);
  return { outputs: ownOfClients(call, 'FedkerasElementwise', [call.inputs as Output[]], { function: call.type }) };
};

export const elementwiseRules: ClientsRules = {
  ...Object.fromEntries(EXACT.map((type) => [type, exact])),
  ...Object.fromEntries(ROUNDED_BY_PLACE.map((type) => [type, own])),
  // In the order of TensorFlow's own sums.
  AddN: ({ inputs: [xs] }) => ({ outputs: [aligned(xs as readonly Output[]).reduce(add)] }),
};
