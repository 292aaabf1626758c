/** Elementwise arithmetic. */
import { isFloating } from '../../dtype.js';
import type { Output } from '../graph.js';
import { zerosLike } from '../ops/array.js';
import { op } from '../ops/core.js';
import {
  add,
  cast,
  cos,
  div,
  divNoNan,
  exp,
  greaterEqual,
  less,
  lessEqual,
  log,
  mul,
  mulNoNan,
  neg,
  pow,
  sign,
  sin,
  square,
  sub,
  where,
  xdivy,
  xlogy,
} from '../ops/math.js';
import { unbroadcast } from './broadcast.js';
import type { GradientRule } from './rule.js';

/** `dx = fn(x, y, dy)` for `y = op(x)`. */
const unary =
  (fn: (x: Output, y: Output, dy: Output) => Output): GradientRule =>
  ({ inputs, outputs }, [dy]) => [fn(inputs[0] as Output, outputs[0] as Output, dy as Output)];

/** The two operands' gradients before they are summed over broadcast axes. */
const binary =
  (fn: (a: Output, b: Output, dy: Output, y: Output) => readonly [() => Output, () => Output]): GradientRule =>
  ({ inputs, outputs }, [dy]) => {
    const [a, b] = inputs as [Output, Output];
    const [da, db] = fn(a, b, dy as Output, outputs[0] as Output);
    return [isConstant(a) ? null : unbroadcast(da(), a), isConstant(b) ? null : unbroadcast(db(), b)];
  };
const isConstant = (x: Output): boolean => x.operation.constant !== undefined;

/** The larger (or smaller) operand takes the gradient; the first of equals. */
const extremum = (chosen: (a: Output, b: Output) => Output): GradientRule =>
  binary((a, b, dy) => {
    const first = chosen(a, b);
    return [() => where(first, dy, zerosLike(dy)), () => where(first, zerosLike(dy), dy)];
  });

const none: GradientRule = ({ inputs }) => inputs.map(() => null);
const pass: GradientRule = (_operation, [dy]) => [dy as Output];

export const mathRules: Readonly<Record<string, GradientRule>> = {
  AddV2: binary((_a, _b, dy) => [() => dy, () => dy]),
  Sub: binary((_a, _b, dy) => [() => dy, () => neg(dy)]),
  Mul: binary((a, b, dy) => [() => mul(dy, b), () => mul(dy, a)]),
  MulNoNan: binary((a, b, dy) => [() => mulNoNan(dy, b), () => mulNoNan(a, dy)]),
  RealDiv: binary((_a, b, dy, y) => [() => div(dy, b), () => neg(div(mul(dy, y), b))]),
  DivNoNan: binary((_a, b, dy, y) => [() => divNoNan(dy, b), () => neg(divNoNan(mul(dy, y), b))]),
  // The exponent's gradient is 0 where the base is not positive, as in TensorFlow.
  Pow: binary((a, b, dy, y) => [
    () => mul(dy, mul(b, pow(a, sub(b, 1)))),
    () => mul(dy, mul(y, where(less(zerosLike(a), a), log(where(less(zerosLike(a), a), a, 1)), zerosLike(a)))),
  ]),
  Maximum: extremum(greaterEqual),
  Minimum: extremum(lessEqual),
  SquaredDifference: binary((a, b, dy) => [() => mul(mul(dy, 2), sub(a, b)), () => mul(mul(dy, -2), sub(a, b))]),
  Xlogy: binary((a, b, dy) => [() => mul(dy, xlogy(cast(notZero(a), a.dtype), b)), () => mul(dy, xdivy(a, b))]),
  Xdivy: binary((a, b, dy) => [() => mul(dy, xdivy(cast(notZero(a), a.dtype), b)), () => mul(dy, xdivy(neg(a), square(b)))]),
  Atan2: binary((a, b, dy) => [() => mul(dy, div(b, add(square(a), square(b)))), () => mul(dy, neg(div(a, add(square(a), square(b)))))]),
  FloorMod: binary((a, b, dy) => [() => dy, () => neg(mul(dy, op('FloorDiv', [a, b])))]),
  FloorDiv: none,
  Sign: none,
  Floor: none,
  Ceil: none,
  Rint: none,
  Neg: unary((_x, _y, dy) => neg(dy)),
  Abs: unary((x, _y, dy) => mul(dy, sign(x))),
  Square: unary((x, _y, dy) => mul(dy, mul(x, 2))),
  Sqrt: unary((_x, y, dy) => op('SqrtGrad', [y, dy])),
  Rsqrt: unary((_x, y, dy) => op('RsqrtGrad', [y, dy])),
  Reciprocal: unary((_x, y, dy) => op('ReciprocalGrad', [y, dy])),
  Exp: unary((_x, y, dy) => mul(dy, y)),
  Expm1: unary((_x, y, dy) => mul(dy, add(y, 1))),
  Log: unary((x, _y, dy) => div(dy, x)),
  Log1p: unary((x, _y, dy) => div(dy, add(x, 1))),
  Sin: unary((x, _y, dy) => mul(dy, cos(x))),
  Cos: unary((x, _y, dy) => neg(mul(dy, sin(x)))),
  Tanh: unary((_x, y, dy) => op('TanhGrad', [y, dy])),
  Sigmoid: unary((_x, y, dy) => op('SigmoidGrad', [y, dy])),
  Erf: unary((x, _y, dy) => mul(dy, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))),
  SelectV2: ({ inputs: [condition, a, b] }, [dy]) => {
    const [c, y] = [condition as Output, dy as Output];
    return [
      null,
      isConstant(a as Output) ? null : unbroadcast(where(c, y, zerosLike(y)), a as Output),
      isConstant(b as Output) ? null : unbroadcast(where(c, zerosLike(y), y), b as Output),
    ];
  },
  Cast: ({ inputs: [x] }, [dy]) => [isFloating((x as Output).dtype) ? cast(dy as Output, (x as Output).dtype) : null],
  AddN: ({ inputs }, [dy]) => inputs.map(() => dy as Output),
  Identity: pass,
};

const notZero = (x: Output): Output => op('NotEqual', [x, zerosLike(x)]);
