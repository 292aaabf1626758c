/**
 * Federated averaging.
 *
 * McMahan et al., "Communication-efficient learning of deep networks from decentralized data", AISTATS 2017,
 * https://arxiv.org/abs/1602.05629; with any server optimizer, Reddi et al., "Adaptive federated optimization", ICLR 2021,
 * https://arxiv.org/abs/2003.00295.
 */
import { type Aggregator, checkAggregator } from '../aggregators/aggregator.js';
import { mean } from '../aggregators/mean.js';
import { unweightedMean } from '../aggregators/unweighted-mean.js';
import { typeError } from '../errors.js';
import { Optimizer } from '../keras/optimizers/optimizer.js';
import { type AnyFederatedModel, FederatedModel } from '../models/federated-model.js';
import { sgdm } from '../optimizers/sgdm.js';
import { type ClientWeighting, checkClientWeighting } from '../templates/client-work.js';
import { applyOptimizerFinalizer } from '../templates/finalizer.js';
import { LearningProcess } from '../templates/learning-process.js';
import { modelDeltaClientWork } from '../templates/model-delta-client-work.js';
import { checkOptions, mustBe } from '../validate.js';

export interface UnweightedFedAvgOptions {
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

/** A model given to an algorithm. @throws TypeError */
export function checkModel(model: unknown, name = 'model'): AnyFederatedModel {
  if (!(model instanceof FederatedModel)) throw mustBe(name, 'a federated model (from fromKerasModel)', model);
  model.checkAlive();
  return model;
}

/** An optimizer given as an option. @throws TypeError */
export function checkOptimizer(name: string, value: unknown): Optimizer {
  if (!(value instanceof Optimizer)) throw mustBe(name, 'an optimizer', value);
  return value;
}

/** An aggregator of the right kind: one that weighs clients where they have weights, and only there. @throws TypeError as TFF */
export function checkWeighted(aggregator: unknown, weighted: boolean): Aggregator {
  const checked = checkAggregator('modelAggregator', aggregator);
  if (checked.weighted !== weighted) {
    throw typeError(
      `\`modelAggregator\` must be ${weighted ? 'a weighted aggregator (WeightedAggregationFactory), such as mean()' : 'an unweighted aggregator (UnweightedAggregationFactory), such as unweightedMean()'}`,
    );
  }
  return checked;
}

/**
 * Federated averaging in which clients count by their weights: `initialize() → state`, `next(state, clients) → { state, metrics }`.
 *
 * @throws TypeError for a part of the wrong kind.
 */
export function buildWeightedFedAvg(model: AnyFederatedModel, options: WeightedFedAvgOptions): LearningProcess {
  checkOptions('options', options, ['clientOptimizer', 'serverOptimizer', 'clientWeighting', 'modelAggregator', 'seed']);
  return build(
    model,
    options,
    checkWeighted(options.modelAggregator ?? mean(), true),
    checkClientWeighting(options.clientWeighting ?? 'num_examples'),
  );
}

/** Federated averaging in which every client counts the same. @throws TypeError for a part of the wrong kind. */
export function buildUnweightedFedAvg(model: AnyFederatedModel, options: UnweightedFedAvgOptions): LearningProcess {
  checkOptions('options', options, ['clientOptimizer', 'serverOptimizer', 'modelAggregator', 'seed']);
  return build(model, options, checkWeighted(options.modelAggregator ?? unweightedMean(), false), 'uniform');
}

function build(model: unknown, options: UnweightedFedAvgOptions, aggregator: Aggregator, weighting: ClientWeighting): LearningProcess {
  const checked = checkModel(model);
  const clientOptimizer = checkOptimizer('clientOptimizer', options.clientOptimizer);
  const serverOptimizer = checkOptimizer('serverOptimizer', options.serverOptimizer ?? sgdm({ learningRate: 1 }));
  return new LearningProcess({
    clientWork: modelDeltaClientWork(checked, clientOptimizer, weighting),
    aggregator,
    finalizer: applyOptimizerFinalizer(serverOptimizer, checked.trainableVariables),
    seed: options.seed,
  });
}
