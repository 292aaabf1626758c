/**
 * Three levels: minus, zero and plus the largest absolute value, chosen at random without bias after clipping outliers.
 *
 * Wen et al., "TernGrad: ternary gradients to reduce communication in distributed deep learning", NIPS 2017, https://arxiv.org/abs/1705.07878.
 */
import type { Output } from '../graph/graph.js';
import { abs, cast, clip, divNoNan, less, mul, neg, sign, sqrt, square } from '../graph/ops/math.js';
import { randomUniform } from '../graph/ops/random.js';
import { max, mean } from '../graph/ops/reduce.js';
import { checkOptions } from '../validate.js';
import { Compression, type CompressionOptions, FLOAT_BITS } from './compression.js';

/** Elements beyond so many standard deviations are clipped. */
const CLIP_DEVIATIONS = 2.5;

function decoded(x: Output, seed: Output): Output {
  // About zero, where the paper takes gradients to be: a constant leaf is not lost.
  const limit = mul(sqrt(mean(square(x))), CLIP_DEVIATIONS);
  const clipped = clip(x, neg(limit), limit);
  const scale = max(abs(clipped));
  const kept = less(randomUniform(seed, x.shape as number[]), divNoNan(abs(clipped), scale));
  return mul(mul(sign(clipped), cast(kept, x.dtype)), scale);
}

/**
 * Sends one of three levels for each element, five in 8 bits, and 32 bits for each leaf's scale.
 *
 * Measurements: as of `uniformStochasticQuantizer`.
 *
 * @throws TypeError
 */
export function ternGrad(options: CompressionOptions = {}): Compression {
  checkOptions('options of ternGrad', options, ['inner']);
  return new Compression({ name: 'ternGrad', bits: (size) => 8 * Math.ceil(size / 5) + FLOAT_BITS, decoded }, options.inner);
}
