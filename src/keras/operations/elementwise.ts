/** Arithmetic, comparisons, logic, activations. */
import { isFloating } from '../../dtype.js';
import type { Output } from '../../graph/graph.js';
import { onesLike, zerosLike } from '../../graph/ops/array.js';
import { op } from '../../graph/ops/core.js';
import * as math from '../../graph/ops/math.js';
import * as activations from '../activations/activations.js';
import type { Operation } from '../engine/operation-layer.js';
import { type Arguments, asBoolean, asFloating } from './arguments.js';

type Unary = (x: Output) => Output;
type Binary = (x: Output, y: Output) => Output;

const operation = (module: string, name: string, parameters: readonly string[], call: Operation['call']): Operation => ({
  name,
  module,
  parameters,
  call,
});
const unary = (fns: Readonly<Record<string, Unary>>, read: (values: Arguments) => Output, module = 'numpy'): Operation[] =>
  Object.entries(fns).map(([name, fn]) => operation(module, name, ['x'], (values) => fn(read(values))));
const binary = (fns: Readonly<Record<string, Binary>>, read: (values: Arguments) => readonly [Output, Output]): Operation[] =>
  Object.entries(fns).map(([name, fn]) => operation('numpy', name, ['x1', 'x2'], (values) => fn(...read(values))));

const any = (values: Arguments): Output => values.tensor('x');
const floating = (values: Arguments): Output => values.floating('x');
const pair = (values: Arguments): [Output, Output] => values.pair('x1', 'x2');
const floatingPair = (values: Arguments): [Output, Output] => {
  const [x, y] = values.pair('x1', 'x2');
  return [asFloating(x), asFloating(y)];
};
const truths = (values: Arguments): [Output, Output] => [asBoolean(values.tensor('x1')), asBoolean(values.tensor('x2'))];

/** Of two operands, the larger (or smaller) and the other. */
const logOfSum: Binary = (x, y) => {
  const larger = math.maximum(x, y);
  return math.add(larger, math.log1p(math.exp(math.neg(math.abs(math.sub(x, y))))));
};

/** Without squares of what is large or small. */
const hypotenuse: Binary = (x, y) => {
  const [a, b] = [math.abs(x), math.abs(y)];
  const larger = math.maximum(a, b);
  return math.mul(larger, math.sqrt(math.add(math.square(math.divNoNan(math.minimum(a, b), larger)), 1)));
};

const truncated: Unary = (x) => (isFloating(x.dtype) ? math.where(math.less(x, 0), math.ceil(x), math.floor(x)) : x);

/** `sin(πx) / πx`, and 1 at 0, where the quotient's gradient would be no number. */
const sinc: Unary = (x) => {
  const isZero = math.equal(x, 0);
  const y = math.mul(math.where(isZero, onesLike(x), x), Math.PI);
  return math.where(isZero, onesLike(x), math.div(math.sin(y), y));
};

export const ELEMENTWISE: readonly Operation[] = [
  ...binary(
    {
      Add: math.add,
      Subtract: math.sub,
      Multiply: math.mul,
      FloorDivide: math.floorDiv,
      Mod: math.floorMod,
      Power: math.pow,
      Maximum: math.maximum,
      Minimum: math.minimum,
      Equal: math.equal,
      NotEqual: math.notEqual,
      Less: math.less,
      LessEqual: math.lessEqual,
      Greater: math.greater,
      GreaterEqual: math.greaterEqual,
      BitwiseAnd: (x, y) => op('BitwiseAnd', [x, y]),
      BitwiseOr: (x, y) => op('BitwiseOr', [x, y]),
      BitwiseXor: (x, y) => op('BitwiseXor', [x, y]),
      // The sign is that of the first operand.
      Fmod: (x, y) => math.mul(math.sign(x), math.floorMod(math.abs(x), math.abs(y))),
    },
    pair,
  ),
  ...binary(
    {
      Divide: math.div,
      TrueDivide: math.div,
      DivideNoNan: math.divNoNan,
      Arctan2: math.atan2,
      Hypot: hypotenuse,
      Heaviside: (x, y) => math.where(math.equal(x, 0), y, math.cast(math.greater(x, 0), x.dtype)),
      Logaddexp: logOfSum,
      Logaddexp2: (x, y) => math.mul(logOfSum(math.mul(x, Math.LN2), math.mul(y, Math.LN2)), Math.LOG2E),
    },
    floatingPair,
  ),
  ...binary(
    {
      LogicalAnd: math.logicalAnd,
      LogicalOr: math.logicalOr,
      LogicalXor: (x, y) => math.notEqual(x, y),
    },
    truths,
  ),
  ...unary(
    {
      Negative: math.neg,
      Absolute: math.abs,
      Square: math.square,
      Sign: math.sign,
      Copy: math.identity,
      Trunc: truncated,
      BitwiseInvert: (x) => op('Invert', [x]),
      BitwiseNot: (x) => op('Invert', [x]),
      LogicalNot: (x) => math.logicalNot(asBoolean(x)),
      ZerosLike: zerosLike,
      OnesLike: onesLike,
    },
    any,
  ).map((o) =>
    // The two that make a tensor like another may give it another element type.
    o.name === 'ZerosLike' || o.name === 'OnesLike'
      ? { ...o, call: (values: Arguments) => math.cast(o.call(values) as Output, values.dtype('dtype', values.tensor('x').dtype)) }
      : o,
  ),
  ...unary({ StopGradient: math.stopGradient }, (values) => values.tensor('variable'), 'core').map((o) => ({
    ...o,
    parameters: ['variable'],
  })),
  ...unary(
    {
      Sqrt: math.sqrt,
      Cbrt: (x) => math.mul(math.sign(x), math.pow(math.abs(x), 1 / 3)),
      Fabs: math.abs,
      Deg2rad: (x) => math.mul(x, Math.PI / 180),
      Rad2deg: (x) => math.mul(x, 180 / Math.PI),
      Sinc: sinc,
      Reciprocal: math.reciprocal,
      Exp: math.exp,
      Exp2: (x) => math.exp(math.mul(x, Math.LN2)),
      Expm1: math.expm1,
      Log: math.log,
      Log1p: math.log1p,
      Log2: (x) => math.mul(math.log(x), Math.LOG2E),
      Log10: (x) => math.mul(math.log(x), Math.LOG10E),
      Sin: math.sin,
      Cos: math.cos,
      Tan: math.tan,
      Arcsin: math.asin,
      Arccos: math.acos,
      Arctan: math.atan,
      Sinh: math.sinh,
      Cosh: math.cosh,
      Tanh: math.tanh,
      Arcsinh: math.asinh,
      Arccosh: math.acosh,
      Arctanh: math.atanh,
      Floor: math.floor,
      Ceil: math.ceil,
      Isnan: math.nan,
      Isfinite: math.finite,
      Isinf: (x) => op('IsInf', [x]),
      Isneginf: (x) => math.equal(x, Number.NEGATIVE_INFINITY),
      Isposinf: (x) => math.equal(x, Number.POSITIVE_INFINITY),
    },
    floating,
  ),
  ...unary({ Rsqrt: math.rsqrt, Erf: math.erf, Erfc: (x) => op('Erfc', [x]), Erfinv: math.erfinv }, floating, 'math'),
  operation('numpy', 'Round', ['x'], (values) => {
    const scale = 10 ** values.integer('decimals', 0);
    const x = floating(values);
    return scale === 1 ? math.round(x) : math.div(math.round(math.mul(x, scale)), scale);
  }),
  operation('numpy', 'Where', ['condition', 'x1', 'x2'], (values) => {
    const [x, y] = pair(values);
    return math.where(asBoolean(values.tensor('condition')), x, y);
  }),
  operation('numpy', 'Clip', ['x'], (values) => math.clip(any(values), values.number('xMin'), values.number('xMax'))),
  operation('core', 'Cast', ['x'], (values) => {
    const [x, dtype] = [any(values), values.dtype('dtype', 'float32')];
    return dtype === 'bool' ? asBoolean(x) : math.cast(x, dtype);
  }),
  operation('numpy', 'FullLike', ['x', 'fillValue'], (values) => {
    const x = any(values);
    const dtype = values.dtype('dtype', x.dtype);
    return math.add(math.cast(zerosLike(x), dtype), math.cast(values.tensor('fillValue'), dtype));
  }),
  ...unary(
    {
      Relu6: activations.relu6,
      Relu: activations.relu,
      Sigmoid: activations.sigmoid,
      SparseSigmoid: activations.sparseSigmoid,
      Softplus: activations.softplus,
      Softsign: activations.softsign,
      SparsePlus: activations.sparsePlus,
      Silu: activations.silu,
      LogSigmoid: activations.logSigmoid,
      HardSigmoid: activations.hardSigmoid,
      HardSilu: activations.hardSilu,
      Selu: activations.selu,
      TanhShrink: activations.tanhShrink,
      HardTanh: activations.hardTanh,
    },
    floating,
    'nn',
  ),
  ...Object.entries({
    SoftShrink: (x: Output, v: Arguments) => activations.softShrink(x, { threshold: v.number('threshold', 0.5) }),
    HardShrink: (x: Output, v: Arguments) => activations.hardShrink(x, { threshold: v.number('threshold', 0.5) }),
    Threshold: (x: Output, v: Arguments) =>
      activations.threshold(x, { threshold: v.number('threshold'), defaultValue: v.number('defaultValue') }),
    Squareplus: (x: Output, v: Arguments) => activations.squareplus(x, { b: v.number('b', 4) }),
    LeakyRelu: (x: Output, v: Arguments) => activations.leakyRelu(x, { negativeSlope: v.number('negativeSlope', 0.2) }),
    Elu: (x: Output, v: Arguments) => activations.elu(x, { alpha: v.number('alpha', 1) }),
    Celu: (x: Output, v: Arguments) => activations.celu(x, { alpha: v.number('alpha', 1) }),
    Gelu: (x: Output, v: Arguments) => activations.gelu(x, { approximate: v.flag('approximate', true) }),
    Glu: (x: Output, v: Arguments) => activations.glu(x, { axis: v.axis('axis', x.rank, -1) }),
    Softmax: (x: Output, v: Arguments) => activations.softmax(x, { axis: v.axis('axis', x.rank, -1) }),
    LogSoftmax: (x: Output, v: Arguments) => activations.logSoftmax(x, { axis: v.axis('axis', x.rank, -1) }),
  }).map(([name, fn]) => operation('nn', name, ['x'], (values) => fn(floating(values), values))),
];
