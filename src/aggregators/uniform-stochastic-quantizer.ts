/**
 * Stochastic quantisation to equally spaced levels between a vector's smallest and largest element, rounded at random without bias.
 *
 * Suresh et al., "Distributed mean estimation with limited communication", ICML 2017, https://arxiv.org/abs/1611.00429; Alistarh et al.,
 * "QSGD", NIPS 2017, https://arxiv.org/abs/1610.02132.
 */
import type { Output } from '../graph/graph.js';
import { add, div, divNoNan, floor, minimum, mul, sub } from '../graph/ops/math.js';
import { randomUniform } from '../graph/ops/random.js';
import { max, min } from '../graph/ops/reduce.js';
import { checkInteger, checkOptions } from '../validate.js';
import { Compression, type CompressionOptions, FLOAT_BITS } from './compression.js';
import { hadamardTransform } from './hadamard-transform.js';
import type { Rotated } from './rotation.js';

export interface UniformStochasticQuantizerOptions extends CompressionOptions {
  /** The number of levels, 2 to 65536; a power of 2 wastes no bits. */
  readonly numLevels: number;
}

export interface RotatedUniformStochasticQuantizerOptions extends UniformStochasticQuantizerOptions {
  /** Decides the rotations, with the round; 0 by default. */
  readonly seed?: number;
}

function quantized(x: Output, seed: Output, numLevels: number): Output {
  const [low, high] = [min(x), max(x)];
  const step = div(sub(high, low), numLevels - 1);
  const level = floor(add(divNoNan(sub(x, low), step), randomUniform(seed, x.shape as number[])));
  return add(mul(minimum(level, numLevels - 1), step), low);
}

/**
 * Quantises each leaf to `numLevels` levels: `⌈log2(numLevels)⌉` bits an element, and 64 for the range.
 *
 * Measurements: `numBits` of the round and `totalBits` of all rounds, over all clients, and the inner ones as `compression`.
 *
 * @throws TypeError, ValueError
 */
export function uniformStochasticQuantizer(options: UniformStochasticQuantizerOptions): Compression {
  checkOptions('options of uniformStochasticQuantizer', options, ['numLevels', 'inner']);
  const numLevels = checkInteger('numLevels', options.numLevels, { min: 2, max: 65536 });
  const width = Math.ceil(Math.log2(numLevels));
  const codec = {
    name: 'uniformStochasticQuantizer',
    bits: (size: number) => size * width + 2 * FLOAT_BITS,
    decoded: (x: Output, seed: Output) => quantized(x, seed, numLevels),
  };
  return new Compression(codec, options.inner);
}

/**
 * {@link uniformStochasticQuantizer} of randomly rotated leaves, whose range and so error is smaller. All clients of a round rotate alike:
 * the server rotates back once, and no seed is sent.
 *
 * @throws TypeError, ValueError
 */
export function rotatedUniformStochasticQuantizer(options: RotatedUniformStochasticQuantizerOptions): Rotated {
  checkOptions('options of rotatedUniformStochasticQuantizer', options, ['numLevels', 'inner', 'seed']);
  const { seed = 0, ...quantizer } = options;
  return hadamardTransform({ inner: uniformStochasticQuantizer(quantizer), seed });
}
