/** A model seen in part: what trains some of a model's variables while the others stay as they are. */
import type { Variable } from '../graph/variable.js';
import { type AnyFederatedModel, FederatedModel } from './federated-model.js';

/**
 * The same model in which other variables count as trainable, and all the rest as not.
 *
 * @param others The variables that are given to it besides; all others of the model by default.
 */
export function trainingOnly(
  { definition }: AnyFederatedModel,
  trainable: readonly Variable[],
  others: readonly Variable[] = [...definition.trainableVariables, ...definition.nonTrainableVariables].filter(
    (v) => !trainable.includes(v),
  ),
): AnyFederatedModel {
  return new FederatedModel({ ...definition, trainableVariables: trainable, nonTrainableVariables: others });
}
