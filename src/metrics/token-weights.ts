/** Which tokens of sequences count (`_apply_mask` of TFF's baselines). */
import type { DType } from '../dtype.js';
import type { Output } from '../graph/graph.js';
import { broadcastTo, expandDims, onesLike, shapeOf } from '../graph/ops/array.js';
import { constantLike } from '../graph/ops/core.js';
import { cast, mul, notEqual } from '../graph/ops/math.js';
import { integer, list } from '../keras/serialization/fields.js';

export const maskedTokensField = {
  /** Labels that do not count, such as that of padding; none by default. */
  maskedTokens: list(integer(), []),
};

/** A weight for each label, which is a class number (`int64`): the example's or the token's, 1 by default, and 0 for masked tokens. */
export function tokenWeights(labels: Output, maskedTokens: readonly number[], sampleWeight: Output | undefined, dtype: DType): Output {
  let weights = onesLike(cast(labels, dtype));
  if (sampleWeight !== undefined) {
    weights = cast(sampleWeight, dtype);
    while (weights.rank < labels.rank) weights = expandDims(weights, -1);
    weights = broadcastTo(weights, shapeOf(labels));
  }
  for (const token of maskedTokens) weights = mul(weights, cast(notEqual(labels, constantLike(labels, token, 'int64')), dtype));
  return weights;
}
