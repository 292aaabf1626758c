/** Activation functions, by Keras's names. Each maps an output to one of the same shape. */

import { ValueError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';
import { add, clip, erf, exp, mul, sigmoid, tanh } from '../../graph/ops/math.js';
import { elu, logSoftmax, relu, relu6, selu, softmax as softmaxOp, softplus, softsign } from '../../graph/ops/nn.js';

/** A named activation. */
export type ActivationFunction = (x: Output) => Output;

/** Over the last axis; a vector has no axis to normalise over. @throws ValueError for rank below 2, as Keras does */
const softmax = (x: Output): Output => {
  if (x.rank < 2) throw new ValueError(`softmax needs an input of at least 2 axes, received ${x}`);
  return softmaxOp(x);
};
const linear = (x: Output): Output => x;
const gelu = (x: Output): Output => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
const silu = (x: Output): Output => mul(x, sigmoid(x));
const mish = (x: Output): Output => mul(x, tanh(softplus(x)));
const hardSigmoid = (x: Output): Output => clip(add(mul(x, 1 / 6), 0.5), 0, 1);
const hardSilu = (x: Output): Output => mul(x, hardSigmoid(x));
const leakyRelu = (x: Output): Output => clipLeaky(x, 0.2);
const clipLeaky = (x: Output, slope: number): Output => x.graph.op('LeakyRelu', [x], { alpha: slope })[0] as Output;

/** Every activation by its canonical Keras name. */
export const ACTIVATIONS: Readonly<Record<string, ActivationFunction>> = {
  linear,
  relu,
  relu6,
  elu,
  selu,
  sigmoid,
  tanh,
  softmax,
  softplus,
  softsign,
  gelu,
  silu,
  mish,
  exponential: exp,
  hard_sigmoid: hardSigmoid,
  hard_silu: hardSilu,
  leaky_relu: leakyRelu,
  log_softmax: logSoftmax,
};
