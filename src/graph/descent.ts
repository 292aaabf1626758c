/** A step of plain gradient descent. */
import type { Output } from './graph.js';
import { sub } from './ops/math.js';
import { hasOwnOps } from './own-ops.js';

/**
 * `w - gradient`: where the gradient is that of a dense layer's kernel or of a bias, in one op that does not make it.
 *
 * For weights of megabytes reading and writing them is the larger part of a step: this does each once, in the weights' own memory.
 */
export function descended(w: Output, gradient: Output): Output {
  const { type, inputs, attributes } = gradient.operation;
  const isProduct = type === 'MatMul' && attributes.transpose_a === true && attributes.transpose_b !== true;
  const own = isProduct ? 'FedkerasSubtractProduct' : type === 'BiasAddGrad' ? 'FedkerasSubtractSum' : null;
  const { graph } = gradient;
  if (own === null || w.dtype !== 'float32' || !hasOwnOps(graph)) return sub(w, gradient);
  const before = graph.own(w);
  // The weights' memory is free for the new ones when all others that read them have run.
  const readers = graph.operations.filter((o) => o.inputs.includes(before));
  return graph.op(own, [before, ...inputs], {}, { after: readers })[0] as Output;
}
