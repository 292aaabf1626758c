/**
 * One bit an element: the signs of a randomly rotated vector, and a scale that makes the decoded vector right on average.
 *
 * Vargaftik et al., "DRIVE: one-bit distributed mean estimation", NeurIPS 2021, https://arxiv.org/abs/2105.08339 (the structured variant,
 * whose rotation is Hadamard's; it is without bias up to what this rotation lacks in uniformity).
 */
import type { Output } from '../graph/graph.js';
import { pad, slice } from '../graph/ops/array.js';
import { abs, divNoNan, greaterEqual, neg, square, where } from '../graph/ops/math.js';
import { sum } from '../graph/ops/reduce.js';
import { checkOptions } from '../validate.js';
import { Compression, type CompressionOptions, FLOAT_BITS } from './compression.js';
import { hadamardRotation } from './hadamard-transform.js';

function decoded(x: Output, seed: Output): Output {
  const size = (x.shape as number[])[0] as number;
  const rotated = hadamardRotation.forward(pad(x, [[0, hadamardRotation.paddedSize(size) - size]]), seed);
  const scale = divNoNan(sum(square(rotated)), sum(abs(rotated)));
  return slice(hadamardRotation.inverse(where(greaterEqual(rotated, 0), scale, neg(scale)), seed), [0], [size]);
}

/**
 * Sends the signs of each leaf's rotation: a bit for each element, padded to a power of 2, and 32 for the scale. Each client has a rotation
 * of its own in each round, by a seed that the server knows.
 *
 * Measurements: as of `uniformStochasticQuantizer`.
 *
 * @throws TypeError
 */
export function drive(options: CompressionOptions = {}): Compression {
  checkOptions('options of drive', options, ['inner']);
  return new Compression({ name: 'drive', bits: (size) => hadamardRotation.paddedSize(size) + FLOAT_BITS, decoded }, options.inner);
}
