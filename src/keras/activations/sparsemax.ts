/**
 * Sparsemax: the nearest distribution to a vector, with exact zeros.
 *
 * Martins and Astudillo, "From softmax to sparsemax: A sparse model of attention and multi-label classification", ICML 2016.
 */
import { customGradient } from '../../graph/gradients.js';
import type { Output } from '../../graph/graph.js';
import { range, sizeOfAxis, sizeOutput } from '../../graph/ops/array.js';
import { add, cast, div, greater, maximum, mul, sub, topK, where } from '../../graph/ops/math.js';
import { cumsum, sum } from '../../graph/ops/reduce.js';
import { alongAxis } from './along-axis.js';

/** `max(x - tau, 0)` along `axis`, with the `tau` that makes the sum 1. */
export const sparsemax = (x: Output, { axis = -1 }: { axis?: number } = {}): Output => alongAxis(x, axis, projected);

function projected(x: Output): Output {
  let result: Output | undefined;
  const [y] = customGradient(
    [x],
    () => {
      result = maximum(sub(x, limit(x)), 0);
      return [result];
    },
    ([dy]) => [dy === null || dy === undefined ? null : withinSupport(result as Output, dy)],
  ) as [Output];
  return y;
}

/** What is subtracted from every entry: (the sum of the `k` largest - 1) / `k`, for the most entries that stay positive. */
function limit(x: Output): Output {
  const size = sizeOfAxis(x, -1);
  const sorted = topK(x, sizeOutput(x, size)).values;
  const sums = cumsum(sorted, -1);
  const ranks = cast(add(range(x, 0, size), 1), x.dtype);
  const support = greater(sorted, div(sub(sums, 1), ranks));
  const count = sum(cast(support, x.dtype), -1, true);
  return div(sub(sum(where(support, sorted, 0), -1, true), 1), count);
}

/** The gradient: that of the positive entries, less its mean over them. */
function withinSupport(y: Output, dy: Output): Output {
  const support = cast(greater(y, 0), dy.dtype);
  const mean = div(sum(mul(support, dy), -1, true), sum(support, -1, true));
  return mul(support, sub(dy, mean));
}
