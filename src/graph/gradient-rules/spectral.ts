/**
 * Transforms and complex numbers.
 *
 * The gradient of a real function of a complex number z = x + iy is the complex number ∂/∂x + i ∂/∂y.
 */
import { TensorFlowError } from '../../errors.js';
import type { Operation, Output } from '../graph.js';
import { realOf } from '../graph-type.js';
import { pad } from '../ops/array.js';
import { op } from '../ops/core.js';
import { cast, complex, conjugate, divNoNan, imaginaryPart, irfft, mul, realPart, rfft } from '../ops/math.js';
import { constantOf, each, first, type Rules } from './rule.js';

/** A weight for each of the frequencies `0 … length / 2`: those between the ends stand for two of the whole spectrum. */
function frequencyWeights(like: Output, length: number, ends: number, between: number): Output {
  const weights = Array.from({ length: Math.floor(length / 2) + 1 }, (_, k) => (k === 0 || 2 * k === length ? ends : between));
  return cast(like.graph.constant(weights, realOf(like.dtype)), like.dtype);
}

/** Pads the last axis to that of an op's input, which may be longer than what the transform reads. */
function toInput(x: Output, { name, inputs: [input] }: Operation): Output {
  const [own, size] = [x.shape?.at(-1), input?.shape?.at(-1)];
  if (typeof own !== 'number' || typeof size !== 'number') throw unknownLength(name);
  return own === size ? x : pad(x, [...Array.from({ length: x.rank - 1 }, () => [0, 0] as const), [0, size - own]]);
}

function lengthOf({ name, inputs: [, length] }: Operation): number {
  const known = constantOf(length as Output)?.[0];
  if (known === undefined) throw unknownLength(name);
  return known;
}

const unknownLength = (name: string): TensorFlowError =>
  new TensorFlowError('UNIMPLEMENTED', `the gradient of ${name} needs the length of the signal when the graph is built`);

export const spectralRules: Rules = {
  RFFT: first((dy, operation) => {
    const n = lengthOf(operation);
    return toInput(irfft(mul(dy, frequencyWeights(dy, n, n, n / 2)), operation.inputs[1] as Output), operation);
  }),
  IRFFT: first((dy, operation) => {
    const n = lengthOf(operation);
    const spectrum = rfft(dy, operation.inputs[1] as Output);
    return toInput(mul(spectrum, frequencyWeights(spectrum, n, 1 / n, 2 / n)), operation);
  }),
  Real: first((dy, { inputs: [x] }) => cast(dy, (x as Output).dtype)),
  Imag: first((dy) => complex(op('ZerosLike', [dy]), dy)),
  Complex: each((dy) => [() => realPart(dy), () => imaginaryPart(dy)]),
  Conj: first((dy) => conjugate(dy)),
  // The direction of the number, and 0 at 0.
  ComplexAbs: first((dy, { inputs: [x], outputs: [y] }) => mul(x as Output, cast(divNoNan(dy, y as Output), (x as Output).dtype))),
};
