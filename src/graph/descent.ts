/** A step of plain gradient descent. */
import type { Operation, Output } from './graph.js';
import { reshapeLike } from './ops/array.js';
import { sub } from './ops/math.js';
import { hasOwnOps } from './own-ops.js';

/**
 * `w - gradient`: where the gradient is that of a dense layer's kernel or of a bias, in one op that does not make it.
 *
 * For weights of megabytes reading and writing them is the larger part of a step: this does each once, in the weights' own memory.
 */
export function descended(w: Output, gradient: Output): Output {
  const flat = made(gradient);
  const { type, inputs, attributes } = flat.operation;
  const isProduct = type === 'MatMul' && attributes.transpose_a === true && attributes.transpose_b !== true;
  const own = isProduct ? 'FedkerasSubtractProduct' : type === 'BiasAddGrad' ? 'FedkerasSubtractSum' : null;
  const { graph } = gradient;
  if (own === null || w.dtype !== 'float32' || !hasOwnOps(graph)) return sub(w, gradient);
  const before = graph.own(w);
  // The weights' memory is free for the new ones when all others that read them have run. A bias is small, and may have readers that are not
  // needed any more, as before pooling: they would be run for it.
  const after = isProduct ? readers(before) : [];
  const isOfOneShape = flat === gradient || String(flat.shape) === String(gradient.shape);
  const as = (like: Output, x: Output): Output => (isOfOneShape ? x : reshapeLike(x, like));
  return as(before, graph.op(own, [as(flat, before), ...inputs], {}, { after })[0] as Output);
}

/**
 * What has been made before it was given another shape, or was rounded to `bfloat16` only to become `float32` again: sums are in `float32` in
 * the first place.
 */
function made(x: Output): Output {
  const { type, inputs } = x.operation;
  const isOnlyPassed = type === 'Reshape' || (type === 'Cast' && ['float32', 'bfloat16'].includes((inputs[0] as Output).dtype));
  return isOnlyPassed ? made(inputs[0] as Output) : x;
}

/** The ops that read its memory and are read themselves: another shape of it has the same. The others need not be run. */
function readers(x: Output): Operation[] {
  const { operations } = x.graph;
  const reads = (o: Operation): readonly Output[] => o.reads ?? o.inputs;
  const isRead = (o: Operation): boolean => operations.some((other) => reads(other).some((input) => input.operation === o));
  return operations
    .filter((o) => reads(o).includes(x) && isRead(o))
    .flatMap((o) => (o.type === 'Reshape' ? [o, ...readers(o.outputs[0] as Output)] : [o]));
}
