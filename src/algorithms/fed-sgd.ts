/**
 * Federated SGD: one step per round, down the mean of all clients' gradients.
 *
 * McMahan et al., "Communication-efficient learning of deep networks from decentralized data", AISTATS 2017,
 * https://arxiv.org/abs/1602.05629; TFF's `build_fed_sgd`.
 *
 * Clients count by their examples, so that the mean of their gradients is the gradient of all data. Batches only bound the memory.
 */
import { type Aggregator, checkWeighted } from '../aggregators/aggregator.js';
import { mean } from '../aggregators/mean.js';
import { checkOptimizer, type Optimizer } from '../keras/optimizers/optimizer.js';
import type { MetricsAggregator } from '../metrics/metrics-aggregator.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { sgdm } from '../optimizers/sgdm.js';
import { type ClientWork, weightOf } from '../templates/client-work.js';
import { applyOptimizerFinalizer } from '../templates/finalizer.js';
import { fullGradient } from '../templates/full-gradient.js';
import { Guard } from '../templates/guard.js';
import { LearningProcess } from '../templates/learning-process.js';
import { TrainingMetrics } from '../templates/training-metrics.js';
import { checkOptions } from '../validate.js';

export interface FedSgdOptions {
  /** Makes the server's step; `sgdm({ learningRate: 0.1 })` by default, as in TFF. */
  readonly serverOptimizer?: Optimizer;
  /** How gradients are combined; `mean()` by default. */
  readonly modelAggregator?: Aggregator;
  /** How the clients' metrics are combined; `metrics.sumThenFinalize()` by default. */
  readonly metricsAggregator?: MetricsAggregator;
  /** Decides all randomness (dropout, noise) with the round and the client's place in it; 0 by default. */
  readonly seed?: number;
}

/**
 * Federated SGD. Each client computes the gradient over all of its batches and epochs at the server's weights; metrics are those of these
 * weights, in training mode.
 *
 * @throws TypeError for a part of the wrong kind
 */
export function buildFedSgd(model: AnyFederatedModel, options: FedSgdOptions = {}): LearningProcess {
  checkOptions('options', options, ['serverOptimizer', 'modelAggregator', 'metricsAggregator', 'seed']);
  const checked = checkModel(model);
  const serverOptimizer = checkOptimizer('serverOptimizer', options.serverOptimizer ?? sgdm({ learningRate: 0.1 }));
  return new LearningProcess({
    clientWork: gradientClientWork(checked, new TrainingMetrics(checked, options.metricsAggregator)),
    aggregator: checkWeighted(options.modelAggregator ?? mean(), true),
    finalizer: applyOptimizerFinalizer(serverOptimizer, checked.trainableVariables),
    seed: options.seed,
  });
}

const gradientClientWork = (model: AnyFederatedModel, training: TrainingMetrics): ClientWork => ({
  model,
  hparams: {},
  initialize: (graph) => training.initialize(graph),
  client: (inputs) => {
    const { gradient, metrics } = fullGradient(model, inputs);
    const guard = new Guard(gradient);
    return {
      update: guard.values(gradient),
      weight: guard.unless(weightOf('num_examples', inputs.dataset)),
      collected: training.collected(inputs, metrics, guard),
    };
  },
  server: (inputs) => training.server(inputs),
});
