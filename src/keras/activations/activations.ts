/** Activation functions: from a tensor to one of the same shape (`glu` halves an axis), by Keras's formulas and defaults. */
import { ValueError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';
import { split } from '../../graph/ops/array.js';
import {
  abs,
  add,
  clip,
  erf,
  expm1,
  exp as exponentialOp,
  greater,
  less,
  lessEqual,
  maximum,
  minimum,
  mul,
  neg,
  sigmoid as sigmoidOp,
  sqrt,
  square,
  sub,
  tanh as tanhOp,
  where,
} from '../../graph/ops/math.js';
import * as nn from '../../graph/ops/nn.js';
import { alongAxis } from './along-axis.js';
import { sparsemax } from './sparsemax.js';

/** A named activation. */
export type ActivationFunction = (x: Output) => Output;

export const linear = (x: Output): Output => x;

/** `x` above `threshold`, `negativeSlope · (x - threshold)` below; at most `maxValue` where that is given. */
export function relu(
  x: Output,
  {
    negativeSlope = 0,
    maxValue = null as number | null,
    threshold = 0,
  }: { negativeSlope?: number; maxValue?: number | null; threshold?: number } = {},
): Output {
  if (negativeSlope !== 0 && maxValue === null && threshold === 0) return nn.leakyRelu(x, negativeSlope);
  const positive = threshold !== 0 ? where(greater(x, threshold), x, 0) : maxValue === 6 ? nn.relu6(x) : nn.relu(x);
  const limited = maxValue !== null && (threshold !== 0 || maxValue !== 6) ? clip(positive, 0, maxValue) : positive;
  return negativeSlope === 0 ? limited : sub(limited, mul(nn.relu(sub(threshold, x)), negativeSlope));
}

export const leakyRelu = (x: Output, { negativeSlope = 0.2 }: { negativeSlope?: number } = {}): Output => nn.leakyRelu(x, negativeSlope);
export const relu6 = (x: Output): Output => nn.relu6(x);

/** `x` above 0, `alpha · (exp(x) - 1)` below. */
export const elu = (x: Output, { alpha = 1 }: { alpha?: number } = {}): Output =>
  alpha === 1 ? nn.elu(x) : where(greater(x, 0), x, mul(nn.elu(x), alpha));

/** `max(x, 0) + alpha · (exp(min(x, 0) / alpha) - 1)`. */
export const celu = (x: Output, { alpha = 1 }: { alpha?: number } = {}): Output =>
  add(maximum(x, 0), mul(expm1(mul(minimum(x, 0), 1 / alpha)), alpha));

export const selu = (x: Output): Output => nn.selu(x);
export const sigmoid = (x: Output): Output => sigmoidOp(x);
export const logSigmoid = (x: Output): Output => neg(nn.softplus(neg(x)));
export const hardSigmoid = (x: Output): Output => mul(nn.relu6(add(x, 3)), 1 / 6);
/** Keras 2's `hard_sigmoid`, steeper than Keras 3's: `0.2 · x + 0.5` within [0, 1]. */
export const hardSigmoidKeras2 = (x: Output): Output => clip(add(mul(x, 0.2), 0.5), 0, 1);
/** 0 up to -1, 1 from 1 on, a straight line between. */
export const sparseSigmoid = (x: Output): Output => clip(mul(add(x, 1), 0.5), 0, 1);
export const tanh = (x: Output): Output => tanhOp(x);
export const hardTanh = (x: Output): Output => clip(x, -1, 1);
export const tanhShrink = (x: Output): Output => sub(x, tanhOp(x));
export const softplus = (x: Output): Output => nn.softplus(x);
export const softsign = (x: Output): Output => nn.softsign(x);
/** `(x + √(x² + b)) / 2`. */
export const squareplus = (x: Output, { b = 4 }: { b?: number } = {}): Output => mul(add(x, sqrt(add(square(x), b))), 0.5);
/** 0 up to -1, `x` from 1 on, `(x + 1)² / 4` between. */
export const sparsePlus = (x: Output): Output => where(lessEqual(x, -1), 0, where(less(x, 1), mul(square(add(x, 1)), 0.25), x));
/** Moves `x` by `threshold` towards 0, and to 0 where it is nearer. */
export const softShrink = (x: Output, { threshold = 0.5 }: { threshold?: number } = {}): Output =>
  where(greater(x, threshold), sub(x, threshold), where(less(x, -threshold), add(x, threshold), 0));
/** 0 for `|x|` up to `threshold`. */
export const hardShrink = (x: Output, { threshold = 0.5 }: { threshold?: number } = {}): Output => where(greater(abs(x), threshold), x, 0);
/** `defaultValue` for `x` up to `threshold`. */
export const threshold = (x: Output, { threshold: limit, defaultValue }: { threshold: number; defaultValue: number }): Output =>
  where(greater(x, limit), x, defaultValue);
export const silu = (x: Output): Output => mul(x, sigmoidOp(x));
export const hardSilu = (x: Output): Output => mul(x, hardSigmoid(x));
export const mish = (x: Output): Output => mul(x, tanhOp(nn.softplus(x)));
export const exponential = (x: Output): Output => exponentialOp(x);

/** `x · Φ(x)`, Φ being the normal distribution; `approximate` uses its tanh form. */
export const gelu = (x: Output, { approximate = false }: { approximate?: boolean } = {}): Output =>
  mul(
    mul(x, 0.5),
    add(approximate ? tanhOp(mul(add(x, mul(mul(square(x), x), 0.044715)), Math.sqrt(2 / Math.PI))) : erf(mul(x, Math.SQRT1_2)), 1),
  );

/** The first half of an axis times the sigmoid of the second. @throws ValueError for an odd size */
export function glu(x: Output, { axis = -1 }: { axis?: number } = {}): Output {
  const size = x.shape?.at(axis);
  if (typeof size === 'number' && size % 2 !== 0) throw new ValueError(`glu needs an even size of axis ${axis}, received ${x}`);
  const [value, gate] = split(x, 2, axis) as [Output, Output];
  return mul(value, sigmoidOp(gate));
}

export const softmax = (x: Output, { axis = -1 }: { axis?: number } = {}): Output => alongAxis(x, axis, nn.softmax);
export const logSoftmax = (x: Output, { axis = -1 }: { axis?: number } = {}): Output => alongAxis(x, axis, nn.logSoftmax);
export { sparsemax };

/** Every activation that needs no arguments, by its canonical Keras name. */
export const ACTIVATIONS: Readonly<Record<string, ActivationFunction>> = {
  linear,
  relu,
  relu6,
  leaky_relu: leakyRelu,
  elu,
  celu,
  selu,
  gelu,
  glu,
  silu,
  hard_silu: hardSilu,
  mish,
  sigmoid,
  log_sigmoid: logSigmoid,
  hard_sigmoid: hardSigmoid,
  sparse_sigmoid: sparseSigmoid,
  tanh,
  hard_tanh: hardTanh,
  tanh_shrink: tanhShrink,
  hard_shrink: hardShrink,
  soft_shrink: softShrink,
  softplus,
  softsign,
  sparse_plus: sparsePlus,
  squareplus,
  exponential,
  softmax,
  log_softmax: logSoftmax,
  sparsemax,
};
