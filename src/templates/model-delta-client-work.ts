/**
 * Local training with an optimizer: the client work of FedAvg.
 *
 * Every client starts from the server's weights with a fresh optimizer, makes one step per batch, and sends `initial − final` weights.
 * What becomes of weights that are not trained is a matter of policy (see `SharingOptions`): by default the server keeps its own, as in TFF.
 */
import { checkOptimizer, type Optimizer } from '../keras/optimizers/optimizer.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { checkFunction, checkOptions } from '../validate.js';
import { type ClientWeighting, type ClientWork, checkClientWeighting, weightOf } from './client-work.js';
import { Guard } from './guard.js';
import { type CorrectionFrom, LocalTraining, TRAINING_OPTIONS, type TrainingOptions } from './local-training.js';
import { ModelUpdate, SHARING_OPTIONS, type SharingOptions } from './model-update.js';

/** Options of every algorithm whose clients train. */
export interface LocalOptions extends TrainingOptions, SharingOptions {}
export const LOCAL_OPTIONS = [...TRAINING_OPTIONS, ...SHARING_OPTIONS] as const;

/** Makes the client work of FedAvg; a correction changes the gradients of each step. */
export function modelDeltaClientWork(
  model: AnyFederatedModel,
  optimizer: Optimizer,
  weighting: ClientWeighting,
  options: LocalOptions = {},
  correction?: CorrectionFrom,
): ClientWork {
  const sharing = new ModelUpdate(model, options);
  const training = new LocalTraining(model, optimizer, options, sharing.usesNonTrainable);
  return {
    model,
    ...sharing.parts,
    hparams: training.hparams,
    data: training.data,
    initialize: (graph) => training.initialize(graph),
    client: ({ state, weights, dataset, shuffle, round, random, own }) => {
      const initial = sharing.start(weights, own);
      const trained = training.run({
        dataset,
        shuffle,
        weights: initial,
        hparams: training.hparamsIn(state, round),
        ...(correction === undefined ? {} : { correction: correction(initial.trainable) }),
      });
      const update = sharing.delta(initial, trained.weights);
      const guard = new Guard(update);
      return {
        update: guard.values(update),
        weight: guard.unless(weightOf(weighting, trained.dataset)),
        collected: training.collected({ state, random }, trained, guard),
        own: Array.isArray(own) ? own : guard.either(sharing.own(trained.weights), own),
      };
    },
    server: (inputs) => ({ ...training.server(inputs), ...sharing.server(inputs.update, inputs.weights) }),
  };
}

export interface ModelDeltaClientWorkOptions extends LocalOptions {
  /** Makes the steps on clients; its state is fresh in every round. */
  readonly optimizer: Optimizer;
  /** How much a client counts: `num_examples` (default), `uniform`, or a graph function of the number of examples. */
  readonly clientWeighting?: ClientWeighting;
  /** Changes the gradients of each step, given the trainable weights that the client starts from; none by default. */
  readonly correction?: CorrectionFrom;
}

/**
 * Local training as a part of an algorithm of one's own: TFF's `build_model_delta_client_work`.
 *
 * @throws TypeError, ValueError for a part of the wrong kind or an option out of range
 */
export function buildModelDeltaClientWork(model: AnyFederatedModel, options: ModelDeltaClientWorkOptions): ClientWork {
  checkOptions('options', options, ['optimizer', 'clientWeighting', 'correction', ...LOCAL_OPTIONS]);
  const { optimizer, clientWeighting, correction, ...local } = options;
  if (correction !== undefined) checkFunction('correction', correction);
  return modelDeltaClientWork(
    checkModel(model),
    checkOptimizer('optimizer', optimizer),
    checkClientWeighting(clientWeighting ?? 'num_examples'),
    local,
    correction,
  );
}
