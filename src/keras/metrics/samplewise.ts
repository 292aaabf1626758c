/** Values and weights of whole examples. */
import type { Output } from '../../graph/graph.js';
import { broadcastTo, shapeOf } from '../../graph/ops/array.js';
import { cast, mul } from '../../graph/ops/math.js';
import type { mean } from '../../graph/ops/reduce.js';
import { type LossValues, maskedValues, maskedWeights, squeezeToSameRank } from '../losses/loss.js';

const axesFrom = (first: number, end: number): number[] => Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);

/**
 * One weighted value per example, and its weight: what axes after the first hold is reduced (`reduce_to_samplewise_values`,
 * keras/src/metrics/reduction_metrics.py).
 *
 * A mask of the values' own counts only where there are weights, as in Keras.
 */
export function samplewise(
  given: LossValues,
  sampleWeight: Output | undefined,
  reduce: typeof mean,
): { values: Output; weights: Output | undefined } {
  const { values, mask } = maskedValues(given);
  if (sampleWeight === undefined) return { values: reduce(values, axesFrom(1, values.rank)), weights: undefined };
  const merged =
    mask === undefined ? cast(sampleWeight, values.dtype) : maskedWeights(mask, cast(sampleWeight, values.dtype), values.dtype, 'sum');
  const [v, w] = squeezeToSameRank(values, merged);
  const reduced = reduce(v, axesFrom(w.rank, v.rank));
  const full = reduced.rank === 0 ? w : broadcastTo(w, shapeOf(reduced));
  return { values: reduce(mul(reduced, full), axesFrom(1, reduced.rank)), weights: reduce(full, axesFrom(1, w.rank)) };
}
