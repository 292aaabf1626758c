/** Products with a matrix over the last axis, whatever axes lie before. */
import type { Output } from '../../graph/graph.js';
import { reshape, sizesOf } from '../../graph/ops/array.js';
import { matMul } from '../../graph/ops/nn.js';

/** `x`: `[…, n]`, `kernel`: `[n, m]`, the result `[…, m]`. */
export function productWithKernel(x: Output, kernel: Output): Output {
  if (x.rank === 2) return matMul(x, kernel);
  const [n, m] = kernel.shape as [number, number];
  return reshape(matMul(reshape(x, [-1, n]), kernel), [...sizesOf(x).slice(0, -1), m]);
}
