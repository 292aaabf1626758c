import { describe } from 'vitest';
import type { Output } from '../../../src/graph/graph.js';
import { op } from '../../../src/graph/ops/core.js';
import { type Case, testGradients } from '../finite-differences.js';

/** Ranges in which each function is defined and has no kink. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  Neg: [-1, 1],
  Abs: [0.2, 1],
  Square: [-1, 1],
  Sqrt: [0.2, 2],
  Rsqrt: [0.2, 2],
  Reciprocal: [0.2, 2],
  Inv: [-2, -0.2],
  Exp: [-1, 1],
  Expm1: [-1, 1],
  Log: [0.2, 2],
  Log1p: [-0.5, 2],
  Sin: [-3, 3],
  Cos: [-3, 3],
  Tan: [-1, 1],
  Asin: [-0.8, 0.8],
  Acos: [-0.8, 0.8],
  Atan: [-2, 2],
  Sinh: [-2, 2],
  Cosh: [-2, 2],
  Asinh: [-2, 2],
  Acosh: [1.2, 3],
  Atanh: [-0.8, 0.8],
  Tanh: [-2, 2],
  Sigmoid: [-3, 3],
  Erf: [-2, 2],
  Erfc: [-2, 2],
  Erfinv: [-0.8, 0.8],
  Ndtri: [0.1, 0.9],
  Lgamma: [0.3, 3],
  Digamma: [0.3, 3],
  Relu: [0.1, 1],
  Relu6: [0.1, 5.9],
  Elu: [-2, 2],
  Selu: [-2, 2],
  Softplus: [-3, 3],
  Softsign: [-2, 2],
};

const elementwise = (type: string, range: readonly [number, number]): Case => ({
  inputs: [{ shape: [2, 3], range }],
  fn: (x) => op(type, [x]),
});

describe('functions', () => {
  testGradients(Object.fromEntries(Object.entries(RANGES).map(([type, range]) => [type, elementwise(type, range)])));
  testGradients({
    'Abs below zero': elementwise('Abs', [-1, -0.2]),
    'Relu below zero': elementwise('Relu', [-1, -0.1]),
    'Relu6 above six': elementwise('Relu6', [6.1, 8]),
    LeakyRelu: { inputs: [{ shape: [4], values: [-2, -0.5, 0.5, 2] }], fn: (x) => op('LeakyRelu', [x], { alpha: 0.3 }) },
    'of a scalar': { inputs: [[]], fn: (x) => op('Tanh', [x]), known: ['all'] },
  });
});

const withAttribute =
  (type: string, attributes = {}) =>
  (a: Output, b: Output): Output =>
    op(type, [a, b], attributes);

describe('gradients of gradient ops', () => {
  const both = (type: string, second: readonly [number, number], attributes = {}): Case => ({
    inputs: [[2, 3], { shape: [2, 3], range: second }],
    fn: withAttribute(type, attributes),
  });
  const onOutput = (type: string, outputs: readonly [number, number]): Case => ({
    inputs: [{ shape: [2, 3], range: outputs }, [2, 3]],
    fn: withAttribute(type),
  });
  testGradients({
    TanhGrad: onOutput('TanhGrad', [-0.9, 0.9]),
    SigmoidGrad: onOutput('SigmoidGrad', [0.1, 0.9]),
    SqrtGrad: onOutput('SqrtGrad', [0.5, 2]),
    RsqrtGrad: onOutput('RsqrtGrad', [0.5, 2]),
    ReciprocalGrad: onOutput('ReciprocalGrad', [0.5, 2]),
    SoftplusGrad: both('SoftplusGrad', [-2, 2]),
    SoftsignGrad: both('SoftsignGrad', [-2, -0.2]),
    'EluGrad below zero': both('EluGrad', [-0.8, -0.1]),
    'EluGrad above zero': both('EluGrad', [0.1, 1]),
    'SeluGrad below zero': both('SeluGrad', [-1.5, -0.1]),
    // The gradient with respect to the second input is zero, and not made.
    ReluGrad: { inputs: [[4]], fn: (dy) => op('ReluGrad', [dy, dy.graph.constant([-1, 1, 2, -2], dy.dtype)]) },
    Relu6Grad: { inputs: [[4]], fn: (dy) => op('Relu6Grad', [dy, dy.graph.constant([-1, 1, 2, 7], dy.dtype)]) },
    LeakyReluGrad: {
      inputs: [[4]],
      fn: (dy) => op('LeakyReluGrad', [dy, dy.graph.constant([-1, 1, 2, -2], dy.dtype)], { alpha: 0.3 }),
    },
  });
});
