/**
 * Federated reconstruction: each client first makes the local part of the model anew, then trains the global part, and sends only that.
 *
 * Singhal et al., "Federated reconstruction: partially local federated learning", NeurIPS 2021, https://arxiv.org/abs/2102.03448; TFF's
 * `build_fed_recon`.
 *
 * Clients keep nothing between rounds. As in TFF, and unlike the paper's variant, local and global variables are not trained together after
 * the reconstruction. Local variables begin as they are in the model, the same for all clients.
 */
import { type Aggregator, checkWeighted } from '../aggregators/aggregator.js';
import { mean } from '../aggregators/mean.js';
import type { Output } from '../graph/graph.js';
import { sub } from '../graph/ops/math.js';
import { checkOptimizer, type Optimizer } from '../keras/optimizers/optimizer.js';
import { trainingOnly } from '../models/part-of-model.js';
import { ReconstructionModel } from '../models/reconstruction-model.js';
import { sgdm } from '../optimizers/sgdm.js';
import { type ClientWeighting, type ClientWork, checkClientWeighting, weightOf } from '../templates/client-work.js';
import { type DatasetSplitOptions, datasetSplit } from '../templates/dataset-split.js';
import { applyOptimizerFinalizer } from '../templates/finalizer.js';
import { Guard } from '../templates/guard.js';
import { LearningProcess } from '../templates/learning-process.js';
import { DATA_TRAINING_OPTIONS, type DataTrainingOptions, LocalTraining } from '../templates/local-training.js';
import { Reconstruction, weightsOf } from '../templates/reconstruction.js';
import { checkOptions, mustBe } from '../validate.js';

export interface FedReconOptions extends DataTrainingOptions {
  /** Trains the global variables on clients; `sgdm({ learningRate: 0.1 })` by default. */
  readonly clientOptimizer?: Optimizer;
  /** Trains the local variables on clients; `sgdm({ learningRate: 0.1 })` by default. */
  readonly reconstructionOptimizer?: Optimizer;
  /** Makes the server's step; `sgdm({ learningRate: 1 })` by default. */
  readonly serverOptimizer?: Optimizer;
  /** Which data are for the reconstruction, and which for what comes after it; every second batch by default. */
  readonly datasetSplit?: DatasetSplitOptions;
  /** How much a client counts: by the examples after the reconstruction (`num_examples`, default) or `uniform`. */
  readonly clientWeighting?: ClientWeighting;
  /** How updates of the global variables are combined; `mean()` by default. */
  readonly modelAggregator?: Aggregator;
  /** Decides all randomness; 0 by default. */
  readonly seed?: number;
}

/** A reconstruction model given to an algorithm. @throws TypeError */
export function checkReconstructionModel(model: unknown): ReconstructionModel {
  if (!(model instanceof ReconstructionModel)) throw mustBe('model', 'a reconstruction model (from reconstructionFromKerasModel)', model);
  model.model.checkAlive();
  return model;
}

/**
 * Federated reconstruction. The state's model weights are those of the global variables; metrics are those of the steps after the
 * reconstruction.
 *
 * @throws TypeError, ValueError for a part of the wrong kind or an option out of range
 */
export function buildFedRecon(model: ReconstructionModel, options: FedReconOptions = {}): LearningProcess {
  checkOptions('options', options, [
    'clientOptimizer',
    'reconstructionOptimizer',
    'serverOptimizer',
    'datasetSplit',
    'clientWeighting',
    'modelAggregator',
    'seed',
    ...DATA_TRAINING_OPTIONS,
  ]);
  const checked = checkReconstructionModel(model);
  const serverOptimizer = checkOptimizer('serverOptimizer', options.serverOptimizer ?? sgdm({ learningRate: 1 }));
  return new LearningProcess({
    clientWork: reconstructionClientWork(checked, options),
    aggregator: checkWeighted(options.modelAggregator ?? mean(), true),
    finalizer: applyOptimizerFinalizer(serverOptimizer, checked.globalTrainableVariables),
    seed: options.seed,
  });
}

function reconstructionClientWork(model: ReconstructionModel, options: FedReconOptions): ClientWork {
  const clientOptimizer = checkOptimizer('clientOptimizer', options.clientOptimizer ?? sgdm({ learningRate: 0.1 }));
  const reconOptimizer = checkOptimizer('reconstructionOptimizer', options.reconstructionOptimizer ?? sgdm({ learningRate: 0.1 }));
  const weighting = checkClientWeighting(options.clientWeighting ?? 'num_examples');
  const split = datasetSplit(options.datasetSplit);
  const reconstruction = new Reconstruction(model, reconOptimizer);
  const globals = trainingOnly(model.model, model.globalTrainableVariables);
  const training = new LocalTraining(globals, clientOptimizer, options);
  return {
    model: model.globalModel,
    hparams: training.hparams,
    data: training.data,
    initialize: (graph) => training.initialize(graph),
    client: ({ state, weights, dataset, shuffle, round, random }) => {
      const { support, query } = split(dataset);
      const reconstructed = reconstruction.run(weights, support, { shuffle });
      const initial = weightsOf(globals, reconstructed);
      const trained = training.run({ dataset: query, shuffle, weights: initial, hparams: training.hparamsIn(state, round) });
      const update = initial.trainable.map((w, i) => sub(w, trained.weights.trainable[i] as Output));
      const guard = new Guard(update);
      return {
        update: guard.values(update),
        weight: guard.unless(weightOf(weighting, trained.dataset)),
        collected: training.collected({ state, random }, trained, guard),
      };
    },
    server: (inputs) => training.server(inputs),
  };
}
