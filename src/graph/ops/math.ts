/** Elementwise arithmetic, comparison and logic; operands broadcast as in NumPy. */
import type { DType } from '../../dtype.js';
import type { Output } from '../graph.js';
import { complexOf, isComplex, realOf, typeNumber } from '../graph-type.js';
import { binary, type Operand, op, operands, ops, unary } from './core.js';

export const add = binary('AddV2');
export const sub = binary('Sub');
export const mul = binary('Mul');
export const div = binary('RealDiv');
/** Zero where the divisor is zero. */
export const divNoNan = binary('DivNoNan');
/** Zero where `y` is zero, even if `x` is not finite. */
export const mulNoNan = binary('MulNoNan');
export const floorDiv = binary('FloorDiv');
export const floorMod = binary('FloorMod');
export const pow = binary('Pow');
export const maximum = binary('Maximum');
export const minimum = binary('Minimum');
export const squaredDifference = binary('SquaredDifference');
export const atan2 = binary('Atan2');
export const xlogy = binary('Xlogy');
export const xdivy = binary('Xdivy');
export const neg = unary('Neg');
export const abs = unary('Abs');
export const sign = unary('Sign');
export const square = unary('Square');
export const sqrt = unary('Sqrt');
export const rsqrt = unary('Rsqrt');
export const reciprocal = unary('Reciprocal');
export const exp = unary('Exp');
export const expm1 = unary('Expm1');
export const log = unary('Log');
export const log1p = unary('Log1p');
export const sin = unary('Sin');
export const cos = unary('Cos');
export const tan = unary('Tan');
export const asin = unary('Asin');
export const acos = unary('Acos');
export const atan = unary('Atan');
export const sinh = unary('Sinh');
export const cosh = unary('Cosh');
export const asinh = unary('Asinh');
export const acosh = unary('Acosh');
export const atanh = unary('Atanh');
export const tanh = unary('Tanh');
export const sigmoid = unary('Sigmoid');
export const erf = unary('Erf');
export const erfinv = unary('Erfinv');
export const lgamma = unary('Lgamma');
export const floor = unary('Floor');
export const ceil = unary('Ceil');
/** Halves go to the even neighbour. */
export const round = unary('Rint');
export const finite = unary('IsFinite');
export const nan = unary('IsNan');
export const logicalNot = unary('LogicalNot');
export const logicalAnd = binary('LogicalAnd');
export const logicalOr = binary('LogicalOr');
export const equal = binary('Equal');
export const notEqual = binary('NotEqual');
export const less = binary('Less');
export const lessEqual = binary('LessEqual');
export const greater = binary('Greater');
export const greaterEqual = binary('GreaterEqual');

/** `x` where the condition holds, else `y`; all three broadcast. */
export function where(condition: Output, x: Operand, y: Operand): Output {
  const [a, b] = operands(x, y);
  return op('SelectV2', [condition, a, b]);
}

/** Converts the element type; nothing is added where it is that already. */
export function cast(x: Output, dtype: DType): Output {
  return x.dtype === dtype ? x : op('Cast', [x], { DstT: typeNumber(dtype) });
}

/** The sum of outputs of one shape. */
export function addN(xs: readonly Output[]): Output {
  return xs.length === 1 ? (xs[0] as Output) : xs.length === 2 ? add(xs[0] as Output, xs[1] as Output) : op('AddN', [xs]);
}

/** `x` limited to `[low, high]`. */
export const clip = (x: Output, low: Operand, high: Operand): Output => minimum(maximum(x, low), high);

/** The same values; the gradient stops here. */
export const stopGradient = unary('StopGradient');
export const identity = unary('Identity');

/** The first half of the spectrum of a real signal of `length` values along the last axis (cut or padded to it), and back. */
export const rfft = (x: Output, length: Output): Output => op('RFFT', [x, length], { Tcomplex: typeNumber(complexOf(x.dtype)) });
export const irfft = (x: Output, length: Output): Output => op('IRFFT', [x, length], { Treal: typeNumber(realOf(x.dtype)) });
/** Parts of a complex number, and the number with given parts. */
export const realPart = (x: Output): Output => op('Real', [x], { Tout: typeNumber(realOf(x.dtype)) });
export const imaginaryPart = (x: Output): Output => op('Imag', [x], { Tout: typeNumber(realOf(x.dtype)) });
export const complex = (real: Output, imaginary: Output): Output =>
  op('Complex', [real, imaginary], { Tout: typeNumber(complexOf(real.dtype)) });
/** The complex conjugate; a real number itself. */
export const conjugate = (x: Output): Output => (isComplex(x.dtype) ? op('Conj', [x]) : x);

/** The values and positions of the `k` largest entries of the last axis, largest first. */
export function topK(x: Output, k: Operand): { values: Output; indices: Output } {
  const count = typeof k === 'number' ? x.graph.constant(k, 'int32') : k;
  const [values, indices] = ops('TopKV2', [x, count]) as [Output, Output];
  return { values, indices };
}
