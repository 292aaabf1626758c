/**
 * Models of which each client makes a part anew in every round: `tff.learning.models.ReconstructionModel`.
 *
 * Singhal et al., "Federated reconstruction: partially local federated learning", NeurIPS 2021, https://arxiv.org/abs/2102.03448.
 */
import { ValueError } from '../errors.js';
import type { Variable } from '../graph/variable.js';
import { Layer } from '../keras/engine/layer.js';
import type { Model } from '../keras/engine/model.js';
import { mustBe } from '../validate.js';
import type { InputSpec } from './batch.js';
import { type AnyFederatedModel, FederatedModel } from './federated-model.js';
import { type FromKerasModelOptions, fromKerasModel } from './from-keras-model.js';
import { trainingOnly } from './part-of-model.js';

/** A federated model whose variables are either global, kept by the server, or local, made anew by each client and never sent. */
export class ReconstructionModel {
  /** The whole model. */
  readonly model: AnyFederatedModel;
  /** The model that the server has: its variables are the global ones. */
  readonly globalModel: AnyFederatedModel;
  readonly localTrainableVariables: readonly Variable[];
  readonly localNonTrainableVariables: readonly Variable[];

  /** Made by {@link reconstructionFromKerasModel} or {@link reconstructionModel}. @internal */
  constructor(model: AnyFederatedModel, isLocal: (variable: Variable) => boolean) {
    const { trainableVariables, nonTrainableVariables } = model;
    const [trainable, local] = [trainableVariables.filter((v) => !isLocal(v)), trainableVariables.filter(isLocal)];
    if (trainable.length === 0 && local.length > 0)
      throw new ValueError(
        'a reconstruction model must have a global variable that is trained, received one whose variables are all local',
      );
    this.model = model;
    this.globalModel = trainingOnly(
      model,
      trainable,
      nonTrainableVariables.filter((v) => !isLocal(v)),
    );
    this.localTrainableVariables = local;
    this.localNonTrainableVariables = nonTrainableVariables.filter(isLocal);
  }

  get globalTrainableVariables(): readonly Variable[] {
    return this.globalModel.trainableVariables;
  }

  get globalNonTrainableVariables(): readonly Variable[] {
    return this.globalModel.nonTrainableVariables;
  }
}

/** Options of {@link reconstructionFromKerasModel}. */
export interface ReconstructionOptions<S extends InputSpec> extends FromKerasModelOptions<S> {
  /** Layers whose weights the server keeps and aggregates. */
  readonly globalLayers: readonly Layer[];
  /** Layers whose weights each client makes anew, from their values in `kerasModel`, in every round. */
  readonly localLayers: readonly Layer[];
}

/**
 * Makes a reconstruction model of a Keras model that is not compiled (TFF's `ReconstructionModel.from_keras_model`, with the loss and the
 * metrics as in `fromKerasModel`).
 *
 * @throws TypeError, ValueError as `fromKerasModel`; ValueError where a variable of the model is in none or both of `globalLayers` and
 *   `localLayers`, or they have one that the model has not.
 */
export function reconstructionFromKerasModel<const S extends InputSpec>(
  kerasModel: Model,
  { globalLayers, localLayers, ...options }: ReconstructionOptions<S>,
): ReconstructionModel {
  const model = fromKerasModel(kerasModel, options);
  const globals = variablesOf('globalLayers', globalLayers);
  const locals = variablesOf('localLayers', localLayers);
  const all = new Set<Variable>([...model.trainableVariables, ...model.nonTrainableVariables]);
  const fail = (expectation: string, { path }: Variable): never => {
    throw new ValueError(`\`globalLayers\` and \`localLayers\` must ${expectation}, received \`${path}\``);
  };
  for (const v of all) {
    if (!globals.has(v) && !locals.has(v)) fail('together have all variables of `kerasModel`, with one missing', v);
    if (globals.has(v) && locals.has(v)) fail('have no variable in common', v);
  }
  for (const v of [...globals, ...locals]) if (!all.has(v)) fail('have variables of `kerasModel` only', v);
  return new ReconstructionModel(model, (v) => locals.has(v));
}

function variablesOf(name: string, layers: unknown): Set<Variable> {
  if (!Array.isArray(layers)) throw mustBe(name, 'a list of layers', layers);
  return new Set(
    layers.flatMap((layer: unknown, i): readonly Variable[] => {
      if (!(layer instanceof Layer)) throw mustBe(`${name}[${i}]`, 'a layer', layer);
      return layer.weights;
    }),
  );
}

/**
 * Makes a reconstruction model of any federated model.
 *
 * @param localVariables Those of the model's variables that each client makes anew.
 * @throws TypeError for something that is no model; ValueError for a variable that the model has not, or where none would be global.
 */
export function reconstructionModel(model: AnyFederatedModel, localVariables: readonly Variable[]): ReconstructionModel {
  if (!(model instanceof FederatedModel)) throw mustBe('model', 'a federated model', model);
  if (!Array.isArray(localVariables)) throw mustBe('localVariables', 'a list of variables', localVariables);
  const known = [...model.trainableVariables, ...model.nonTrainableVariables];
  const at = localVariables.findIndex((v) => !known.includes(v));
  if (at >= 0)
    throw new ValueError(`\`localVariables[${at}]\` must be one of the model's variables ${known.map((v) => v.path).join(', ')}`);
  return new ReconstructionModel(model, (v) => localVariables.includes(v));
}
