/** Cosine of the angle between labels and predictions. */
import type { Output } from '../../graph/graph.js';
import { mul, neg } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { integer, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';
import { unitVectors } from './predictions.js';

const fields = {
  /** The axis of the vectors; the last, -1, by default. */
  axis: integer({ default: -1 }),
  ...lossFields,
};
export type CosineSimilarityOptions = OptionsOf<typeof fields>;

/** The cosine of the angle between vectors along `axis`, in [-1, 1]; 0 where one is zero. */
export const cosineValues = (yTrue: Output, yPred: Output, axis: number): Output =>
  sum(mul(unitVectors(yTrue, axis), unitVectors(yPred, axis)), axis);

/** Minus the cosine of the angle between vectors: -1 for the same direction, 0 where one is zero, 1 for opposite ones. */
export class CosineSimilarity extends LossFunctionWrapper<typeof fields> {
  static readonly className = 'CosineSimilarity';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return neg(cosineValues(yTrue, yPred, this.options.axis));
  }
}

export const cosineSimilarity = factory<CosineSimilarityOptions | undefined, CosineSimilarity>(CosineSimilarity);
