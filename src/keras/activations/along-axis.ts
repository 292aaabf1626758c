/** Functions of the last axis, along another one. */
import type { Output } from '../../graph/graph.js';
import { transpose } from '../../graph/ops/array.js';

/** Applies a function of the last axis along `axis`. */
export function alongAxis(x: Output, axis: number, fn: (x: Output) => Output): Output {
  const at = axis < 0 ? axis + x.rank : axis;
  // Swapping the two axes is its own inverse.
  const swapped = Array.from({ length: x.rank }, (_, i) => (i === at ? x.rank - 1 : i === x.rank - 1 ? at : i));
  return transpose(fn(transpose(x, swapped)), swapped);
}
