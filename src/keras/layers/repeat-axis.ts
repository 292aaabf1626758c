/** Repeating what lies along an axis. */
import type { Output } from '../../graph/graph.js';
import { expandDims, reshape, type Size, sizesOf, tile } from '../../graph/ops/array.js';
import { mul } from '../../graph/ops/math.js';

/** Every place of an axis `times` times, one after another. */
export function repeatAxis(x: Output, axis: number, times: number): Output {
  if (times === 1) return x;
  const copies = tile(
    expandDims(x, axis + 1),
    Array.from({ length: x.rank + 1 }, (_, i) => (i === axis + 1 ? times : 1)),
  );
  const sizes = sizesOf(x).map((size, i): Size => (i !== axis ? size : typeof size === 'number' ? size * times : mul(size, times)));
  return reshape(copies, sizes);
}
