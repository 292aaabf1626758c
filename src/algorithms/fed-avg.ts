/**
 * Federated averaging.
 *
 * McMahan et al., "Communication-efficient learning of deep networks from decentralized data", AISTATS 2017,
 * https://arxiv.org/abs/1602.05629; with any server optimizer, Reddi et al., "Adaptive federated optimization", ICLR 2021,
 * https://arxiv.org/abs/2003.00295.
 */
import { type Aggregator, checkWeighted } from '../aggregators/aggregator.js';
import { mean } from '../aggregators/mean.js';
import { unweightedMean } from '../aggregators/unweighted-mean.js';
import { checkOptimizer, type Optimizer } from '../keras/optimizers/optimizer.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { sgdm } from '../optimizers/sgdm.js';
import { type ClientWeighting, checkClientWeighting } from '../templates/client-work.js';
import { applyOptimizerFinalizer } from '../templates/finalizer.js';
import { LearningProcess } from '../templates/learning-process.js';
import type { CorrectionFrom } from '../templates/local-training.js';
import { LOCAL_OPTIONS, type LocalOptions, modelDeltaClientWork } from '../templates/model-delta-client-work.js';
import { checkOptions } from '../validate.js';

export interface UnweightedFedAvgOptions extends LocalOptions {
  /** Makes the steps on clients; its state is fresh in every round. */
  readonly clientOptimizer: Optimizer;
  /** Makes the server's step; `sgdm({ learningRate: 1 })` by default, which is plain averaging. */
  readonly serverOptimizer?: Optimizer;
  /** How updates are combined; `unweightedMean()` by default. */
  readonly modelAggregator?: Aggregator;
  /** Decides all randomness (shuffling, dropout, noise) with the round and the client's place in it; 0 by default. */
  readonly seed?: number;
}

export interface WeightedFedAvgOptions extends Omit<UnweightedFedAvgOptions, 'modelAggregator'> {
  /** How much a client counts: `num_examples` (default) or `uniform`. */
  readonly clientWeighting?: ClientWeighting;
  /** How updates are combined; `mean()` by default. */
  readonly modelAggregator?: Aggregator;
}

/** The options of an algorithm whose clients are like FedAvg's. */
export const UNWEIGHTED_FED_AVG_OPTIONS = ['clientOptimizer', 'serverOptimizer', 'modelAggregator', 'seed', ...LOCAL_OPTIONS] as const;
export const WEIGHTED_FED_AVG_OPTIONS = [...UNWEIGHTED_FED_AVG_OPTIONS, 'clientWeighting'] as const;

/**
 * Federated averaging in which clients count by their weights: `initialize() → state`, `next(state, clients) → { state, metrics }`.
 *
 * @throws TypeError, ValueError for a part of the wrong kind or an option out of range
 */
export function buildWeightedFedAvg(model: AnyFederatedModel, options: WeightedFedAvgOptions): LearningProcess {
  checkOptions('options', options, WEIGHTED_FED_AVG_OPTIONS);
  return fedAvgProcess(model, options, true);
}

/**
 * Federated averaging in which every client counts the same.
 *
 * @throws TypeError, ValueError for a part of the wrong kind or an option out of range
 */
export function buildUnweightedFedAvg(model: AnyFederatedModel, options: UnweightedFedAvgOptions): LearningProcess {
  checkOptions('options', options, UNWEIGHTED_FED_AVG_OPTIONS);
  return fedAvgProcess(model, options, false);
}

/** FedAvg, or an algorithm that differs from it in the gradients of clients' steps only. */
export function fedAvgProcess(
  model: unknown,
  options: WeightedFedAvgOptions,
  weighted: boolean,
  correction?: CorrectionFrom,
): LearningProcess {
  const checked = checkModel(model);
  const clientOptimizer = checkOptimizer('clientOptimizer', options.clientOptimizer);
  const serverOptimizer = checkOptimizer('serverOptimizer', options.serverOptimizer ?? sgdm({ learningRate: 1 }));
  const weighting = weighted ? checkClientWeighting(options.clientWeighting ?? 'num_examples') : 'uniform';
  return new LearningProcess({
    clientWork: modelDeltaClientWork(checked, clientOptimizer, weighting, options, correction),
    aggregator: checkWeighted(options.modelAggregator ?? (weighted ? mean() : unweightedMean()), weighted),
    finalizer: applyOptimizerFinalizer(serverOptimizer, checked.trainableVariables),
    seed: options.seed,
  });
}
