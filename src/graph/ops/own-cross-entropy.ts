/** The mean cross-entropy between class numbers and logits, for which we have an op of our own. */
import type { Output } from '../graph.js';
import { hasOwnOps } from '../own-ops.js';
import { op } from './core.js';
import { mean } from './reduce.js';

const OWN = 'FedkerasMeanCrossEntropy';

/** What `Reshape`s were made of: the same values in the same order. */
function unshaped(values: Output): Output {
  let x = values;
  while (x.operation.type === 'Reshape') x = x.operation.inputs[0] as Output;
  return x;
}

/** The mean of a loss's values, in one op with them where they are cross-entropies of logits. */
export function meanOfLosses(values: Output): Output {
  const { operation, index, dtype, graph } = unshaped(values);
  const isOurs = operation.type === 'SparseSoftmaxCrossEntropyWithLogits' && index === 0 && dtype === 'float32' && hasOwnOps(graph);
  return isOurs ? op(OWN, operation.inputs) : mean(values);
}

/** The sum that a loss is the mean of, where it is known to be over the rows of `predictions`; else `null`. */
export function sumOfLosses(loss: Output, predictions: Output): Output | null {
  const { type, inputs, outputs } = loss.operation;
  return type === OWN && inputs[0] === predictions ? (outputs[1] as Output) : null;
}
