/** Elementwise arithmetic of two operands, selection, conversion. */
import type { Output } from '../graph.js';
import { isDifferentiable } from '../graph-type.js';
import { zerosLike } from '../ops/array.js';
import { op } from '../ops/core.js';
import {
  add,
  cast,
  conjugate,
  div,
  divNoNan,
  greater,
  greaterEqual,
  lessEqual,
  log,
  mul,
  mulNoNan,
  neg,
  notEqual,
  pow,
  square,
  sub,
  where,
  xdivy,
  xlogy,
} from '../ops/math.js';
import { unbroadcast } from './broadcast.js';
import { constantOf, each, first, type GradientRule, none, type Rules } from './rule.js';

/** The two operands' gradients before they are summed over broadcast axes. */
const binary = (fn: (a: Output, b: Output, dy: Output, y: Output) => readonly [() => Output, () => Output]): GradientRule =>
  each((dy, { inputs, outputs }) => {
    const [a, b] = inputs as [Output, Output];
    const [da, db] = fn(a, b, dy, outputs[0] as Output);
    return [() => unbroadcast(da(), a), () => unbroadcast(db(), b)];
  });

/** The larger (or smaller) operand takes the gradient; the first of equals. */
const extremum = (chosen: (a: Output, b: Output) => Output): GradientRule =>
  binary((a, b, dy) => {
    const [isFirst, zeros] = [chosen(a, b), zerosLike(dy)];
    return [() => where(isFirst, dy, zeros), () => where(isFirst, zeros, dy)];
  });

/** 1 where `x` is not zero, else 0. */
const indicator = (x: Output): Output => cast(notEqual(x, 0), x.dtype);

const sum: GradientRule = binary((_a, _b, dy) => [() => dy, () => dy]);
const quotient: GradientRule = binary((_a, b, dy, y) => [() => div(dy, conjugate(b)), () => neg(div(mul(dy, conjugate(y)), conjugate(b)))]);

export const mathRules: Rules = {
  Add: sum,
  AddV2: sum,
  Sub: binary((_a, _b, dy) => [() => dy, () => neg(dy)]),
  Mul: binary((a, b, dy) => [() => mul(dy, conjugate(b)), () => mul(dy, conjugate(a))]),
  MulNoNan: binary((a, b, dy) => [() => mulNoNan(dy, b), () => mulNoNan(a, dy)]),
  Div: quotient,
  RealDiv: quotient,
  DivNoNan: binary((_a, b, dy, y) => [() => divNoNan(dy, b), () => neg(divNoNan(mul(dy, y), b))]),
  Pow: binary((a, b, dy, y) => [
    () => mul(dy, mul(b, powerBelow(a, b))),
    // The exponent's gradient is 0 where the base is not positive, as in TensorFlow.
    () => {
      const positive = greater(a, 0);
      return mul(dy, mul(y, where(positive, log(where(positive, a, 1)), zerosLike(a))));
    },
  ]),
  Maximum: extremum(greaterEqual),
  Minimum: extremum(lessEqual),
  SquaredDifference: binary((a, b, dy) => [() => mul(mul(dy, 2), sub(a, b)), () => mul(mul(dy, 2), sub(b, a))]),
  Xlogy: binary((a, b, dy) => [() => mul(dy, xlogy(indicator(a), b)), () => mul(dy, xdivy(a, b))]),
  Xlog1py: binary((a, b, dy) => [() => mul(dy, op('Xlog1py', [indicator(a), b])), () => mul(dy, xdivy(a, add(b, 1)))]),
  Xdivy: binary((a, b, dy) => [() => mul(dy, xdivy(indicator(a), b)), () => mul(dy, xdivy(neg(a), square(b)))]),
  Atan2: binary((a, b, dy) => {
    const scaled = div(dy, add(square(a), square(b)));
    return [() => mul(scaled, b), () => neg(mul(scaled, a))];
  }),
  FloorMod: binary((a, b, dy) => [() => dy, () => neg(mul(dy, op('FloorDiv', [a, b])))]),
  FloorDiv: none,
  SelectV2: each((dy, { inputs: [condition, a, b] }) => {
    const c = condition as Output;
    const side = (x: Output, chosen: Output, other: Output) => () => unbroadcast(where(c, chosen, other), x);
    return [null, side(a as Output, dy, zerosLike(dy)), side(b as Output, zerosLike(dy), dy)];
  }),
  Cast: ({ inputs: [x] }, [dy]) => [isDifferentiable((x as Output).dtype) ? cast(dy as Output, (x as Output).dtype) : null],
  AddN: ({ inputs }, [dy]) => inputs.map(() => dy as Output),
  Identity: first((dy) => dy),
  Snapshot: first((dy) => dy),
  CheckNumerics: first((dy) => dy),
  EnsureShape: first((dy) => dy),
  PlaceholderWithDefault: first((dy) => dy),
  IdentityN: (_operation, dys) => dys,
};

/** `a^(b - 1)`, without the subtraction where `b` is a constant. */
function powerBelow(a: Output, b: Output): Output {
  const exponent = b.shape?.length === 0 ? constantOf(b)?.[0] : undefined;
  if (exponent === undefined) return pow(a, sub(b, 1));
  return exponent === 2 ? a : pow(a, exponent - 1);
}
