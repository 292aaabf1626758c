/**
 * Mime Lite: clients' steps are those of one central optimizer, whose state they do not change.
 *
 * Karimireddy, Jaggi, Kale, Mohri, Reddi, Stich and Suresh, "Breaking the centralized barrier for cross-device federated learning", NeurIPS
 * 2021, https://arxiv.org/abs/2008.03606; TFF's `build_weighted_mime_lite`.
 *
 * Momentum and the like are the server's. Clients also send the gradient over all their data at the server's weights, and the server makes
 * one step of the state with the mean of these. A mean that is not finite is refused, and the state stays as it was; TFF takes it over.
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
import { TRAINING_OPTIONS, type TrainingOptions } from '../templates/local-training.js';
import { mimeClientWork } from '../templates/mime-client-work.js';
import { checkOptions } from '../validate.js';

export interface UnweightedMimeOptions extends TrainingOptions {
  /** Makes the steps on clients, with the state of the server; plain SGD makes Mime Lite the same as FedAvg. */
  readonly baseOptimizer: Optimizer;
  /** Makes the server's step with the combined updates; `sgdm({ learningRate: 1 })` by default, which is plain averaging. */
  readonly serverOptimizer?: Optimizer;
  /** How updates are combined; `unweightedMean()` by default. */
  readonly modelAggregator?: Aggregator;
  /** How full gradients are combined; `unweightedMean()` by default. */
  readonly fullGradientAggregator?: Aggregator;
  /** Decides all randomness (shuffling, dropout, noise) with the round and the client's place in it; 0 by default. */
  readonly seed?: number;
}

export interface WeightedMimeOptions extends UnweightedMimeOptions {
  /** How much a client counts, its update and its full gradient: `num_examples` (default) or `uniform`. */
  readonly clientWeighting?: ClientWeighting;
  /** How updates are combined; `mean()` by default. */
  readonly modelAggregator?: Aggregator;
  /** How full gradients are combined; `mean()` by default. */
  readonly fullGradientAggregator?: Aggregator;
}

const UNWEIGHTED = ['baseOptimizer', 'serverOptimizer', 'modelAggregator', 'fullGradientAggregator', 'seed', ...TRAINING_OPTIONS] as const;
const WEIGHTED = [...UNWEIGHTED, 'clientWeighting'] as const;

/**
 * Mime Lite in which clients count by their weights. `clientLearningRate` schedules the base optimizer's rate.
 *
 * @throws TypeError, ValueError for a part of the wrong kind or an option out of range
 */
export const buildWeightedMimeLite = (model: AnyFederatedModel, options: WeightedMimeOptions): LearningProcess =>
  mimeProcess(model, options, { weighted: true, corrected: false });

/**
 * Mime Lite in which every client counts the same.
 *
 * @throws TypeError, ValueError for a part of the wrong kind or an option out of range
 */
export const buildUnweightedMimeLite = (model: AnyFederatedModel, options: UnweightedMimeOptions): LearningProcess =>
  mimeProcess(model, options, { weighted: false, corrected: false });

/** Mime, where steps are corrected, or Mime Lite. */
export function mimeProcess(
  model: unknown,
  options: WeightedMimeOptions,
  { weighted, corrected }: { readonly weighted: boolean; readonly corrected: boolean },
): LearningProcess {
  checkOptions('options', options, weighted ? WEIGHTED : UNWEIGHTED);
  const checked = checkModel(model);
  const aggregator = (name: 'modelAggregator' | 'fullGradientAggregator'): Aggregator =>
    checkWeighted(options[name] ?? (weighted ? mean() : unweightedMean()), weighted, name);
  return new LearningProcess({
    clientWork: mimeClientWork({
      model: checked,
      baseOptimizer: checkOptimizer('baseOptimizer', options.baseOptimizer),
      weighting: weighted ? checkClientWeighting(options.clientWeighting ?? 'num_examples') : 'uniform',
      gradientAggregator: aggregator('fullGradientAggregator'),
      corrected,
      options,
    }),
    aggregator: aggregator('modelAggregator'),
    finalizer: applyOptimizerFinalizer(
      checkOptimizer('serverOptimizer', options.serverOptimizer ?? sgdm({ learningRate: 1 })),
      checked.trainableVariables,
    ),
    seed: options.seed,
  });
}
