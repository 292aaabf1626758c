import { describe } from 'vitest';
import type { Output } from '../../../src/graph/graph.js';
import { op } from '../../../src/graph/ops/core.js';
import { add, addN, cast, equal, logicalAnd, logicalNot, logicalOr, mul, sub, where } from '../../../src/graph/ops/math.js';
import { type ClientsCase, testClients, type Values } from './clients.js';

const X = [3, 7];
const POSITIVE: Values = { shape: X, of: (u) => 0.1 + u };
const WHOLE: Values = { shape: X, dtype: 'int32', of: (u) => Math.floor(9 * u) - 4 };
const DIVISOR: Values = { shape: X, dtype: 'int32', of: (u) => 1 + Math.floor(3 * u) };
const TRUTH: Values = { shape: X, dtype: 'bool', of: (u) => u < 0.5 };

const unary = (type: string, x: Values | readonly number[] = X, near = 0, attributes = {}): [string, ClientsCase] => [
  type,
  { own: [x], fn: ([a]) => op(type, [a as Output], attributes), near },
];
const binary = (type: string, x: Values | readonly number[] = X, y = x, near = 0): [string, ClientsCase] => [
  type,
  { own: [x, y], fn: ([a, b]) => op(type, [a as Output, b as Output]), near },
];
const FLOAT32 = 1e-6;

describe('ops that round each element once', () => {
  testClients(
    Object.fromEntries([
      ...[
        'Identity',
        'StopGradient',
        'ZerosLike',
        'OnesLike',
        'IsFinite',
        'IsNan',
        'Neg',
        'Abs',
        'Sign',
        'Square',
        'Floor',
        'Ceil',
        'Rint',
      ].map((type) => unary(type)),
      ...['Relu', 'Relu6'].map((type) => unary(type)),
      unary('LeakyRelu', X, 0, { alpha: 0.3 }),
      unary('CheckNumerics', X, 0, { message: 'x' }),
      unary('Sqrt', POSITIVE),
      ...['AddV2', 'Sub', 'Mul', 'RealDiv', 'DivNoNan', 'MulNoNan', 'Maximum', 'Minimum', 'SquaredDifference'].map((type) => binary(type)),
      ...['Less', 'LessEqual', 'Greater', 'GreaterEqual', 'Equal', 'NotEqual'].map((type) => binary(type, WHOLE)),
      ...['FloorDiv', 'FloorMod'].map((type) => binary(type, WHOLE, DIVISOR)),
      ...['ReluGrad', 'Relu6Grad', 'LeakyReluGrad'].map((type) => binary(type)),
    ]),
  );
  testClients({
    Cast: { own: [X], fn: ([x]) => cast(x as Output, 'int64') },
    logic: {
      own: [TRUTH, TRUTH],
      fn: ([a, b]) => [logicalNot(a as Output), logicalAnd(a as Output, b as Output), logicalOr(a as Output, b as Output)],
    },
    SelectV2: { own: [TRUTH, X], shared: [X], fn: ([c, x], [y]) => where(c as Output, x as Output, y as Output) },
    AddN: { own: [X, X], shared: [X], fn: ([x, y], [z]) => [addN([x, y, z] as Output[]), addN([z, x, z] as Output[])] },
  });
});

describe('ops of our own for functions', () => {
  testClients(
    Object.fromEntries([
      ...['Exp', 'Expm1', 'Tanh', 'Sigmoid', 'Erf', 'Elu', 'Selu', 'Softplus', 'Softsign'].map((type) => unary(type, X, FLOAT32)),
      ...['Log', 'Log1p', 'Rsqrt', 'Reciprocal'].map((type) => unary(type, POSITIVE, FLOAT32)),
      ...['TanhGrad', 'SigmoidGrad', 'SqrtGrad', 'RsqrtGrad', 'ReciprocalGrad'].map((type) => binary(type, POSITIVE, { shape: X }, 1e-5)),
      ...['EluGrad', 'SeluGrad', 'SoftplusGrad', 'SoftsignGrad'].map((type) => binary(type, X, X, FLOAT32)),
      binary('Pow', POSITIVE, { shape: X }, FLOAT32),
    ]),
  );
  testClients({
    'Pow with a number': { own: [POSITIVE], fn: ([x]) => op('Pow', [x as Output, (x as Output).graph.constant(2.5)]), near: FLOAT32 },
  });
});

describe('operands that broadcast', () => {
  testClients({
    'a vector to the rows of a matrix': { own: [X, [7]], fn: ([x, b]) => add(x as Output, b as Output) },
    'a number to a matrix': { own: [X, []], fn: ([x, c]) => [mul(x as Output, c as Output), mul(c as Output, x as Output)] },
    'what clients have from what they share': {
      own: [X, [7]],
      shared: [X],
      fn: ([x, b], [y]) => [sub(y as Output, x as Output), sub(x as Output, y as Output), sub(y as Output, b as Output)],
    },
    'what clients share to what they have': {
      own: [[7]],
      shared: [X, []],
      fn: ([b], [x, c]) => [mul(b as Output, x as Output), mul(b as Output, c as Output)],
    },
    'a column to a matrix of unknown rows': {
      own: [
        { shape: X, unknown: [0] },
        { shape: [3, 1], unknown: [0] },
      ],
      fn: ([x, c]) => equal(x as Output, c as Output),
    },
  });
});
