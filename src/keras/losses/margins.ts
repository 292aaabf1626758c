/** How far predictions are from the right side: what hinge losses have in common. */
import type { Output } from '../../graph/graph.js';
import { equal, logicalOr, maximum, mul, sub, where } from '../../graph/ops/math.js';
import { all } from '../../graph/ops/reduce.js';

/** `max(1 - yTrue · yPred, 0)`; labels that are all 0 or 1 are taken as -1 or 1. */
export const margins = (yTrue: Output, yPred: Output): Output => maximum(sub(1, mul(signs(yTrue), yPred)), 0);

function signs(labels: Output): Output {
  const binary = all(logicalOr(equal(labels, 0), equal(labels, 1)));
  return where(binary, sub(mul(labels, 2), 1), labels);
}
