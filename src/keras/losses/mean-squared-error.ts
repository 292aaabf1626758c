/** Mean squared error. */
import type { Output } from '../../graph/graph.js';
import { squaredDifference } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Loss, lossFields, squeezeToSameRank } from './loss.js';

const fields = { ...lossFields };
export type MeanSquaredErrorOptions = OptionsOf<typeof fields>;

/** The mean over the last axis of `(yTrue - yPred)²`. */
export class MeanSquaredError extends Loss<typeof fields> {
  static readonly className = 'MeanSquaredError';
  static readonly fields = fields;
  static readonly aliases = ['mse'];

  protected override call(yTrue: Output, yPred: Output): Output {
    const [t, p] = squeezeToSameRank(yTrue, yPred);
    return mean(squaredDifference(p, t), -1);
  }
}

export const meanSquaredError = factory<MeanSquaredErrorOptions | undefined, MeanSquaredError>(MeanSquaredError);
