/** What losses do to predictions before a formula: clipping, logits, unit vectors, the class axis. */
import type { Output } from '../../graph/graph.js';
import { reshape, sizeOfAxis, sizesOf, transpose } from '../../graph/ops/array.js';
import { clip, maximum, mul, rsqrt, square } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { EPSILON } from '../epsilon.js';

/** Probabilities limited to `[EPSILON, 1 - EPSILON]`, so that logarithms are finite. */
export const clipProbabilities = (p: Output): Output => clip(p, EPSILON, 1 - EPSILON);

/**
 * The logits of predictions that a softmax or a sigmoid has just made, else `undefined`.
 *
 * Keras uses them too: the loss is then exact where a probability has been rounded to 0 or 1, and its gradient does not vanish there.
 */
export const logitsOf = (predictions: Output, activation: 'Softmax' | 'Sigmoid'): Output | undefined =>
  predictions.operation.type === activation ? predictions.operation.inputs[0] : undefined;

/** Vectors along `axis` scaled to length 1; shorter ones than `EPSILON` stay near zero (`keras.ops.normalize`). */
export const unitVectors = (x: Output, axis: number): Output => mul(x, rsqrt(maximum(sum(square(x), axis, true), EPSILON ** 2)));

/** The given axis moved to the end. */
export function axisLast(x: Output, axis: number): Output {
  const at = axis < 0 ? axis + x.rank : axis;
  if (at === x.rank - 1) return x;
  const others = Array.from({ length: x.rank }, (_, i) => i).filter((i) => i !== at);
  return transpose(x, [...others, at]);
}

/**
 * Values `[…]` by an op that takes rows: `x` `[…, classes]` as a matrix, `other` `[…]` or `[…, classes]` beside it.
 */
export function byRows(x: Output, other: Output, op: (rows: Output, other: Output) => Output): Output {
  if (x.rank === 2) return op(x, other);
  const classes = sizeOfAxis(x, -1);
  const values = op(reshape(x, [-1, classes]), reshape(other, other.rank === x.rank ? [-1, classes] : [-1]));
  return reshape(values, sizesOf(x).slice(0, -1));
}
