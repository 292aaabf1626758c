/** Gradients of operands that were broadcast. */
import type { Output } from '../graph.js';
import { reshapeLike, shapeOf, squeeze } from '../ops/array.js';
import { op, ops } from '../ops/core.js';
import { sum } from '../ops/reduce.js';

/**
 * Sums a gradient over the axes along which an operand was broadcast, so that it has the operand's shape.
 *
 * Two unknown sizes at one place are taken to be equal: they are batches or steps. An unknown size against a known one is decided at
 * run time.
 */
export function unbroadcast(dy: Output, x: Output): Output {
  if (x.shape === null || dy.shape === null) return atRunTime(dy, x);
  const lead = dy.shape.length - x.shape.length;
  const axes = Array.from({ length: lead }, (_, i) => i);
  for (let i = 0; i < x.shape.length; i++) {
    const [own, full] = [x.shape[i], dy.shape[lead + i]];
    if (own === full) continue;
    if (own === null) return atRunTime(dy, x);
    if (own === 1) axes.push(lead + i);
  }
  if (axes.length === 0) return dy;
  if (axes.length === lead) return sum(dy, axes);
  const reduced = sum(dy, axes, true);
  return lead === 0 ? reduced : squeeze(reduced, axes.slice(0, lead));
}

/** The same where the axes are known at run time only. */
function atRunTime(dy: Output, x: Output): Output {
  const [axes] = ops('BroadcastGradientArgs', [shapeOf(x), shapeOf(dy)]) as [Output];
  return reshapeLike(op('Sum', [dy, axes], { keep_dims: false }), x);
}
