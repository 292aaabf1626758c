/**
 * The largest elements only.
 *
 * Stich et al., "Sparsified SGD with memory", NeurIPS 2018, https://arxiv.org/abs/1809.07599; without the memory, as clients keep nothing
 * between rounds: what is left out is lost, and the mean of the results has a bias.
 */

import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { expandDims, gather, shapeOf } from '../graph/ops/array.js';
import { op } from '../graph/ops/core.js';
import { abs, topK as largest } from '../graph/ops/math.js';
import { checkNumber, checkOptions } from '../validate.js';
import { Compression, type CompressionOptions, FLOAT_BITS } from './compression.js';

export interface TopKOptions extends CompressionOptions {
  /** The share of each leaf's elements that are sent, in (0, 1], rounded up. */
  readonly fraction: number;
}

/**
 * Sends each leaf's elements of the largest absolute values: 32 bits for each, and `⌈log2(size)⌉` for its place. `concat` around it takes
 * all leaves for one.
 *
 * Measurements: as of `uniformStochasticQuantizer`.
 *
 * @throws TypeError, ValueError
 */
export function topK(options: TopKOptions): Compression {
  checkOptions('options of topK', options, ['fraction', 'inner']);
  const fraction = checkNumber('fraction', options.fraction, { min: 0, max: 1 });
  if (fraction === 0) throw new ValueError('`fraction` must be above 0, received 0');
  const kept = (size: number): number => Math.ceil(fraction * size);
  const decoded = (x: Output): Output => {
    const { indices } = largest(abs(x), kept((x.shape as number[])[0] as number));
    return op('ScatterNd', [expandDims(indices, 1), gather(x, indices), shapeOf(x)]);
  };
  const bits = (size: number): number => kept(size) * (FLOAT_BITS + Math.ceil(Math.log2(Math.max(size, 1))));
  return new Compression({ name: 'topK', bits, decoded }, options.inner);
}
