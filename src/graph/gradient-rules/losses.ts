/** Fused losses compute their gradient along with the loss: it is their second output. */
import { ValueError } from '../../errors.js';
import type { Output } from '../graph.js';
import { expandDims } from '../ops/array.js';
import { op, ops } from '../ops/core.js';
import { addN, cast, div, mul, neg, sub } from '../ops/math.js';
import { logSoftmax, softmax } from '../ops/nn.js';
import { sum } from '../ops/reduce.js';
import { type GradientRule, isGiven, type Rules } from './rule.js';

/** A gradient per row, for a product with `[rows, classes]`; that of a mean is one number for all rows, and is not spread first. */
const perRow = (dy: Output): Output => (dy.operation.type === 'Fill' ? (dy.operation.inputs[1] as Output) : expandDims(dy, -1));

/** The logits' gradient through the loss and through its gradient, `softmax(logits) - labels`. */
function throughLogits(logits: Output, gradient: Output, dy: Output | null, g: Output | null): Output {
  const terms = dy === null ? [] : [mul(perRow(dy), gradient)];
  if (g !== null) {
    const p = softmax(logits);
    terms.push(mul(sub(g, sum(mul(g, p), -1, true)), p));
  }
  return addN(terms);
}

const sparse: GradientRule = ({ inputs: [logits], outputs: [, gradient] }, [dy, g]) => [
  throughLogits(logits as Output, gradient as Output, dy as Output | null, g as Output | null),
  null,
];

/** The gradient is `(softmax(logits) - labels) · dMean / rows`; the sum has one in that of the mean only. */
const meanSparse: GradientRule = ({ inputs: [logits, labels], outputs: [, , normalizers] }, [dMean, dTotal, dNormalizers]) => {
  if (isGiven(dTotal) || isGiven(dNormalizers))
    throw new ValueError(`only the mean of ${(logits as Output).operation.name}'s losses has a gradient`);
  return [
    isGiven(dMean) ? op('FedkerasMeanCrossEntropyGrad', [logits as Output, labels as Output, normalizers as Output, dMean]) : null,
    null,
  ];
};

const meanSparseGrad: GradientRule = ({ inputs: [logits, labels, , dMean] }, [g]) => {
  if (!isGiven(g)) return [null, null, null, null];
  const [x, scale] = [logits as Output, dMean as Output];
  const [losses, gradient] = ops('SparseSoftmaxCrossEntropyWithLogits', [x, labels as Output]) as [Output, Output];
  const rows = cast(op('Size', [losses]), x.dtype);
  return [mul(throughLogits(x, gradient, null, g), div(scale, rows)), null, null, div(sum(mul(g, gradient)), rows)];
};

const dense: GradientRule = ({ inputs: [logits], outputs: [, gradient] }, [dy, g], [forLogits, forLabels]) => {
  const [loss, second] = [dy as Output | null, g as Output | null];
  const labelTerms = [
    ...(loss === null ? [] : [neg(mul(perRow(loss), logSoftmax(logits as Output)))]),
    ...(second === null ? [] : [neg(second)]),
  ];
  return [forLogits ? throughLogits(logits as Output, gradient as Output, loss, second) : null, forLabels ? addN(labelTerms) : null];
};

export const lossRules: Rules = {
  SparseSoftmaxCrossEntropyWithLogits: sparse,
  SoftmaxCrossEntropyWithLogits: dense,
  FedkerasMeanCrossEntropy: meanSparse,
  FedkerasMeanCrossEntropyGrad: meanSparseGrad,
};
