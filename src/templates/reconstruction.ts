/** A client's reconstruction of its local variables: what training and evaluation of federated reconstruction begin with. */
import type { Output } from '../graph/graph.js';
import type { Variable } from '../graph/variable.js';
import type { Optimizer } from '../keras/optimizers/optimizer.js';
import { trainingOnly } from '../models/part-of-model.js';
import type { ReconstructionModel } from '../models/reconstruction-model.js';
import type { DatasetInputs } from './batches.js';
import { bindings, type ClientInputs, type WeightOutputs } from './client-work.js';
import { LocalTraining } from './local-training.js';

/** Values of all of a model's variables in a graph. */
export type VariableValues = ReadonlyMap<Variable, Output>;

/** A model's weights in the order of its variables. */
export const weightsOf = (
  model: { readonly trainableVariables: readonly Variable[]; readonly nonTrainableVariables: readonly Variable[] },
  values: VariableValues,
): WeightOutputs => ({
  trainable: model.trainableVariables.map((v) => values.get(v) as Output),
  nonTrainable: model.nonTrainableVariables.map((v) => values.get(v) as Output),
});

/** Reconstruction of the local variables of one model with one optimizer. */
export class Reconstruction {
  readonly #model: ReconstructionModel;
  readonly #training: LocalTraining | null;

  constructor(model: ReconstructionModel, optimizer: Optimizer) {
    const { model: whole, localTrainableVariables: local } = model;
    const tracks = whole.nonTrainableVariables.length > 0;
    this.#model = model;
    this.#training = local.length === 0 ? null : new LocalTraining(trainingOnly(whole, local), optimizer, {}, tracks);
  }

  /** The values of all variables after it: local ones begin as they are in the model, and are trained while the others stay. */
  run(weights: WeightOutputs, support: DatasetInputs, { shuffle }: Pick<ClientInputs, 'shuffle'>): VariableValues {
    const { model, globalModel, localTrainableVariables, localNonTrainableVariables } = this.#model;
    const { graph } = support.seed;
    const values = new Map([
      ...bindings(globalModel.trainableVariables, weights.trainable),
      ...bindings(globalModel.nonTrainableVariables, weights.nonTrainable),
      ...[...localTrainableVariables, ...localNonTrainableVariables].map((v): [Variable, Output] => [v, graph.constant(v.value, v.dtype)]),
    ]);
    if (this.#training === null) return values;
    const part = trainingOnly(model, localTrainableVariables);
    const hparams = this.#training.initialHparams(graph);
    const trained = this.#training.run({ dataset: support, shuffle, weights: weightsOf(part, values), hparams });
    return new Map([
      ...values,
      ...bindings(part.trainableVariables, trained.weights.trainable),
      ...bindings(part.nonTrainableVariables, trained.weights.nonTrainable),
    ]);
  }
}
