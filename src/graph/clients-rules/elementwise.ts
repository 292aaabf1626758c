/** Ops of one element at a time: a client's results have the same bits whatever else is in the tensor. */
import { type ClientsRule, type ClientsRules, NotOfClientsError, type Output } from '../graph.js';
import { add } from '../ops/math.js';
import { ownOfClients } from './own.js';
import { aligned, same } from './rule.js';

/** Of these every element is rounded once, or not at all. */
const EXACT = [
  ...['Identity', 'StopGradient', 'Cast', 'ZerosLike', 'OnesLike', 'CheckNumerics', 'IsFinite', 'IsNan', 'LogicalNot'],
  ...['Neg', 'Abs', 'Sign', 'Square', 'Sqrt', 'Floor', 'Ceil', 'Rint', 'Relu', 'Relu6', 'LeakyRelu'],
  ...['AddV2', 'RealDiv', 'DivNoNan', 'MulNoNan', 'FloorDiv', 'FloorMod', 'Maximum', 'Minimum', 'SquaredDifference'],
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

const isOfOneShape = (x: Output, y: Output): boolean =>
  x.shape !== null && x.shape.length === y.shape?.length && x.shape.every((size, i) => size === y.shape?.[i]);

/** From what clients share, such as the weights that they begin with. */
const sub: ClientsRule = (call) => {
  const [x, y] = call.inputs as [Output, Output];
  if (x.isOfClients || x.dtype !== 'float32' || !isOfOneShape(x, y) || x.shape?.includes(null)) return exact(call);
  return { outputs: ownOfClients(call, 'FedkerasDifference', [x, y]) };
};

/** By a number of each client's own, such as its weight. */
const mul: ClientsRule = (call) => {
  const [x, y] = call.inputs as [Output, Output];
  if (!x.isOfClients || !y.isOfClients || x.dtype !== 'float32' || x.rank === 0 || y.rank !== 0) return exact(call);
  return { outputs: ownOfClients(call, 'FedkerasScaled', [x, y]) };
};

const own: ClientsRule = (call) => {
  const [x, y = x] = call.inputs as [Output, Output?];
  if (x.dtype !== 'float32' || (y.shape?.length !== 0 && !isOfOneShape(x, y))) throw new NotOfClientsError(`${call.type} of ${x}`);
  return { outputs: ownOfClients(call, 'FedkerasElementwise', [call.inputs as Output[]], { function: call.type }) };
};

export const elementwiseRules: ClientsRules = {
  ...Object.fromEntries(EXACT.map((type) => [type, exact])),
  ...Object.fromEntries(ROUNDED_BY_PLACE.map((type) => [type, own])),
  Sub: sub,
  Mul: mul,
  // In the order of TensorFlow's own sums.
  AddN: ({ inputs: [xs] }) => ({ outputs: [aligned(xs as readonly Output[]).reduce(add)] }),
};
