/** A step of plain gradient descent. */
import type { Output } from './graph.js';
import { sub } from './ops/math.js';
import { hasOwnOps } from './own-ops.js';

/**
 * `w - gradient`: where the gradient is a product, as that of a dense layer's kernel, in one op that does not make the gradient.
 *
 * For weights of megabytes reading and writing them is the larger part of a step: this does each once, in the weights' own memory.
 */
export function descended(w: Output, gradient: Output): Output {
  const { type, inputs, attributes } = gradient.operation;
  const isProduct = type === 'MatMul' && attributes.transpose_a === true && attributes.transpose_b !== true;
  const isOurs = isProduct && w.dtype === 'float32' && hasOwnOps(gradient.graph);
  if (!isOurs) return sub(w, gradient);
  const { graph } = gradient;
  const own = graph.own(w);
  // The weights' memory is free for the new ones when all others that read them have run.
  const readers = graph.operations.filter((o) => o.inputs.includes(own));
  return graph.op('FedkerasSubtractProduct', [own, ...inputs], {}, { after: readers })[0] as Output;
}
