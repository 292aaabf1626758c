/** Random rotation by phases and the discrete Fourier transform (TFF's `DiscreteFourierTransformFactory`): less padding than Hadamard's. */
import type { Output } from '../graph/graph.js';
import { concat, split } from '../graph/ops/array.js';
import { op } from '../graph/ops/core.js';
import { complex, conjugate, cos, imaginaryPart, mul, realPart, sin } from '../graph/ops/math.js';
import { randomUniform } from '../graph/ops/random.js';
import { Rotated, type Rotation, type RotationOptions } from './rotation.js';

/** The halves of a vector as real and imaginary parts, and back. */
const toComplex = (x: Output): Output => complex(...(split(x, 2, 0) as [Output, Output]));
const fromComplex = (x: Output): Output => concat([realPart(x), imaginaryPart(x)], 0);

/** Complex numbers of absolute value 1. */
function phases(x: Output, seed: Output): Output {
  const angles = mul(randomUniform(seed, [half(x)], x.dtype), 2 * Math.PI);
  return complex(cos(angles), sin(angles));
}

const half = (x: Output): number => ((x.shape as number[])[0] as number) / 2;

const fourierRotation: Rotation = {
  name: 'discreteFourierTransform',
  paddedSize: (size) => Math.max(2, size + (size % 2)),
  forward: (x, seed) => mul(fromComplex(op('FFT', [mul(toComplex(x), phases(x, seed))])), 1 / Math.sqrt(half(x))),
  inverse: (x, seed) => mul(fromComplex(mul(op('IFFT', [toComplex(x)]), conjugate(phases(x, seed)))), Math.sqrt(half(x))),
};

/** Rotates each leaf, padded with a zero to an even size, as another random rotation in every round. @throws TypeError, ValueError */
export const discreteFourierTransform = (options: RotationOptions = {}): Rotated => new Rotated(fourierRotation, options);
