/** Elementwise functions of one operand, and the ops that are their gradients. */
import type { Output } from '../graph.js';
import { zerosLike } from '../ops/array.js';
import { op } from '../ops/core.js';
import { abs, add, cos, cosh, div, exp, less, mul, neg, pow, rsqrt, sigmoid, sign, sin, sinh, square, sub, where } from '../ops/math.js';
import { each, type GradientRule, none, pick, type Rules } from './rule.js';

/** `dx = fn(x, y, dy)` for `y = op(x)`. */
const unary = (fn: (x: Output, y: Output, dy: Output) => Output): GradientRule =>
  each((dy, { inputs: [x], outputs: [y] }) => [() => fn(x as Output, y as Output, dy)]);

/** The gradients of an op with two inputs of one shape. */
const pair = (fn: (a: Output, b: Output, g: Output) => readonly [() => Output, (() => Output) | null]): GradientRule =>
  each((g, { inputs: [a, b] }) => fn(a as Output, b as Output, g));

/** A kernel gives the gradient from that of the output and the input or the output. */
const byKernel = (type: string, from: 'input' | 'output', ...attributes: readonly string[]): GradientRule =>
  each((dy, operation) => [
    () =>
      op(type, [dy, (from === 'input' ? operation.inputs[0] : operation.outputs[0]) as Output], pick(operation.attributes, ...attributes)),
  ]);

/** `dx = op(dy, x)` is linear in `dy` and does not change with `x` where it has a gradient. */
const gate = (type: string, ...attributes: readonly string[]): GradientRule =>
  each((g, { inputs: [, x], attributes: given }) => [() => op(type, [g, x as Output], pick(given, ...attributes)), null]);

/** `dx = dy · (y + constant)` below zero and in proportion to `dy` above. */
const exponentialGate = (type: string): GradientRule =>
  pair((dy, y, g) => [() => op(type, [g, y]), () => where(less(y, 0), mul(g, dy), zerosLike(y))]);

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

export const functionRules: Rules = {
  Sign: none,
  Floor: none,
  Ceil: none,
  Rint: none,
  Round: none,
  Neg: unary((_x, _y, dy) => neg(dy)),
  Abs: unary((x, _y, dy) => mul(dy, sign(x))),
  Square: unary((x, _y, dy) => mul(dy, mul(x, 2))),
  Sqrt: unary((_x, y, dy) => op('SqrtGrad', [y, dy])),
  Rsqrt: unary((_x, y, dy) => op('RsqrtGrad', [y, dy])),
  Reciprocal: unary((_x, y, dy) => op('ReciprocalGrad', [y, dy])),
  Inv: unary((_x, y, dy) => op('ReciprocalGrad', [y, dy])),
  Exp: unary((_x, y, dy) => mul(dy, y)),
  Expm1: unary((_x, y, dy) => mul(dy, add(y, 1))),
  Log: unary((x, _y, dy) => div(dy, x)),
  Log1p: unary((x, _y, dy) => div(dy, add(x, 1))),
  Sin: unary((x, _y, dy) => mul(dy, cos(x))),
  Cos: unary((x, _y, dy) => neg(mul(dy, sin(x)))),
  Tan: unary((_x, y, dy) => mul(dy, add(square(y), 1))),
  Asin: unary((x, _y, dy) => mul(dy, rsqrt(sub(1, square(x))))),
  Acos: unary((x, _y, dy) => neg(mul(dy, rsqrt(sub(1, square(x)))))),
  Atan: unary((x, _y, dy) => div(dy, add(square(x), 1))),
  Sinh: unary((x, _y, dy) => mul(dy, cosh(x))),
  Cosh: unary((x, _y, dy) => mul(dy, sinh(x))),
  Asinh: unary((_x, y, dy) => div(dy, cosh(y))),
  Acosh: unary((_x, y, dy) => div(dy, sinh(y))),
  Atanh: unary((x, _y, dy) => div(dy, sub(1, square(x)))),
  Tanh: unary((_x, y, dy) => op('TanhGrad', [y, dy])),
  Sigmoid: unary((_x, y, dy) => op('SigmoidGrad', [y, dy])),
  Erf: unary((x, _y, dy) => mul(dy, mul(exp(neg(square(x))), twoOverRootPi))),
  Erfc: unary((x, _y, dy) => mul(dy, mul(exp(neg(square(x))), -twoOverRootPi))),
  Erfinv: unary((_x, y, dy) => mul(dy, mul(exp(square(y)), 1 / twoOverRootPi))),
  Ndtri: unary((_x, y, dy) => mul(dy, mul(exp(mul(square(y), 0.5)), Math.sqrt(2 * Math.PI)))),
  Lgamma: unary((x, _y, dy) => mul(dy, op('Digamma', [x]))),
  Digamma: unary((x, _y, dy) => mul(dy, op('Polygamma', [x.graph.constant(1, x.dtype), x]))),

  Relu: byKernel('ReluGrad', 'output'),
  Relu6: byKernel('Relu6Grad', 'output'),
  Elu: byKernel('EluGrad', 'output'),
  Selu: byKernel('SeluGrad', 'output'),
  Softplus: byKernel('SoftplusGrad', 'input'),
  Softsign: byKernel('SoftsignGrad', 'input'),
  LeakyRelu: byKernel('LeakyReluGrad', 'input', 'alpha'),

  SqrtGrad: pair((y, dy, g) => [() => mul(mul(g, dy), div(-0.5, square(y))), () => op('SqrtGrad', [y, g])]),
  RsqrtGrad: pair((y, dy, g) => [() => mul(mul(g, dy), mul(square(y), -1.5)), () => op('RsqrtGrad', [y, g])]),
  ReciprocalGrad: pair((y, dy, g) => [() => mul(mul(g, dy), mul(y, -2)), () => op('ReciprocalGrad', [y, g])]),
  TanhGrad: pair((y, dy, g) => [() => mul(mul(g, dy), mul(y, -2)), () => op('TanhGrad', [y, g])]),
  SigmoidGrad: pair((y, dy, g) => [() => mul(mul(g, dy), sub(1, mul(y, 2))), () => op('SigmoidGrad', [y, g])]),
  ReluGrad: gate('ReluGrad'),
  Relu6Grad: gate('Relu6Grad'),
  LeakyReluGrad: gate('LeakyReluGrad', 'alpha'),
  EluGrad: exponentialGate('EluGrad'),
  SeluGrad: exponentialGate('SeluGrad'),
  SoftplusGrad: pair((dy, x, g) => [() => op('SoftplusGrad', [g, x]), () => op('SigmoidGrad', [sigmoid(x), mul(g, dy)])]),
  SoftsignGrad: pair((dy, x, g) => [
    () => op('SoftsignGrad', [g, x]),
    () => mul(mul(g, dy), mul(sign(x), mul(pow(add(abs(x), 1), -3), -2))),
  ]),
};
