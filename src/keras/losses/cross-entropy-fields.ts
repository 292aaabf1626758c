/** Options that the cross-entropies have in common. */
import type { Output } from '../../graph/graph.js';
import { sizeOfAxis } from '../../graph/ops/array.js';
import { add, cast, div, mul } from '../../graph/ops/math.js';
import { boolean, integer, number } from '../serialization/fields.js';

export const crossEntropyFields = {
  /** Whether predictions are logits; `false` by default, which means probabilities. */
  fromLogits: boolean(false),
  /** Moves labels towards even ones: 0, the default, leaves them as they are, 1 makes all classes equal. */
  labelSmoothing: number({ min: 0, max: 1, default: 0 }),
};

/** The axis that a loss reduces. */
export const axisField = {
  /** The axis of the classes; the last, -1, by default. */
  axis: integer({ default: -1 }),
};

/** Labels 0 and 1 moved towards ½. */
export const smoothBinary = (yTrue: Output, smoothing: number): Output =>
  smoothing === 0 ? yTrue : add(mul(yTrue, 1 - smoothing), 0.5 * smoothing);

/** One-hot labels moved towards the same value for all classes of the last axis. */
export function smoothCategorical(yTrue: Output, smoothing: number): Output {
  if (smoothing === 0) return yTrue;
  const classes = sizeOfAxis(yTrue, -1);
  const share = typeof classes === 'number' ? smoothing / classes : div(smoothing, cast(classes, yTrue.dtype));
  return add(mul(yTrue, 1 - smoothing), share);
}
