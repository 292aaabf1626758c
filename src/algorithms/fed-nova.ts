/**
 * FedNova: averaging of updates that are normalised first, so that clients that make more steps do not count more.
 *
 * Wang, Liu, Liang, Joshi and Poor, "Tackling the objective inconsistency problem in heterogeneous federated optimization", NeurIPS 2020,
 * https://arxiv.org/abs/2007.07481 (eq. 6 and 7).
 *
 * A client's update is `xᵢ − yᵢ = η Gᵢ aᵢ`: its gradients `Gᵢ`, each counting as `aᵢ` says, all ones for plain sgd. The server goes
 * `τ Σ pᵢ (xᵢ − yᵢ) / ‖aᵢ‖₁` with the effective number of steps `τ = Σ pᵢ ‖aᵢ‖₁`, which is the paper's default. Both are made by the round's
 * clients only, whose `pᵢ` add up to 1.
 */
import { type Aggregator, checkWeighted } from '../aggregators/aggregator.js';
import { mean } from '../aggregators/mean.js';
import type { Output } from '../graph/graph.js';
import { cast, div, divNoNan, mul, sub } from '../graph/ops/math.js';
import { checkOptimizer, type Optimizer } from '../keras/optimizers/optimizer.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { sgdm } from '../optimizers/sgdm.js';
import { type ClientWeighting, type ClientWork, checkClientWeighting, weightOf } from '../templates/client-work.js';
import { applyOptimizerFinalizer } from '../templates/finalizer.js';
import { Guard } from '../templates/guard.js';
import { LearningProcess } from '../templates/learning-process.js';
import { LocalTraining, TRAINING_OPTIONS, type TrainingOptions } from '../templates/local-training.js';
import { reach } from '../templates/reach.js';
import { checkOptions } from '../validate.js';

export interface FedNovaOptions extends TrainingOptions {
  /** Makes the steps on clients: sgd, which may have momentum. What another optimizer's gradients count is taken to be what gradients of 1 do. */
  readonly clientOptimizer: Optimizer;
  /** Makes the server's step; `sgdm({ learningRate: 1 })` by default. */
  readonly serverOptimizer?: Optimizer;
  /** How much a client counts, `pᵢ`: `num_examples` (default) or `uniform`. */
  readonly clientWeighting?: ClientWeighting;
  /** How normalised updates are combined; `mean()` by default. Steps are averaged besides it. */
  readonly modelAggregator?: Aggregator;
  /** Decides all randomness; 0 by default. */
  readonly seed?: number;
}

/**
 * FedNova. Metrics are those of training, with `effectiveSteps`, `τ`.
 *
 * @throws TypeError, ValueError for a part of the wrong kind, or an option out of range
 */
export function buildFedNova(model: AnyFederatedModel, options: FedNovaOptions): LearningProcess {
  const own = ['clientOptimizer', 'serverOptimizer', 'clientWeighting', 'modelAggregator', 'seed'];
  checkOptions('options', options, [...own, ...TRAINING_OPTIONS]);
  const checked = checkModel(model);
  return new LearningProcess({
    clientWork: fedNovaClientWork(checked, options),
    aggregator: checkWeighted(options.modelAggregator ?? mean(), true),
    finalizer: applyOptimizerFinalizer(
      checkOptimizer('serverOptimizer', options.serverOptimizer ?? sgdm({ learningRate: 1 })),
      checked.trainableVariables,
    ),
    seed: options.seed,
  });
}

function fedNovaClientWork(model: AnyFederatedModel, options: FedNovaOptions): ClientWork {
  const { clientOptimizer, serverOptimizer, clientWeighting, modelAggregator, seed, ...trainingOptions } = options;
  const weighting = checkClientWeighting(clientWeighting ?? 'num_examples');
  const training = new LocalTraining(model, checkOptimizer('clientOptimizer', clientOptimizer), trainingOptions);
  return {
    model,
    hparams: training.hparams,
    data: training.data,
    initialize: (graph) => training.initialize(graph),
    client: ({ state, weights, dataset, shuffle, round, random }) => {
      const hparams = training.hparamsIn(state, round);
      const trained = training.run({ dataset, shuffle, weights, hparams });
      // Without the rate, which all clients have in common; an optimizer with a schedule of its own goes as far as that says.
      const unit = hparams.learningRate === undefined ? hparams : { ...hparams, learningRate: dataset.seed.graph.constant(1, 'float32') };
      const steps = reach(training.optimizer, unit, trained.dataset.schedule.batches);
      const update = weights.trainable.map((x, i) => {
        const change = sub(x, trained.weights.trainable[i] as Output);
        return divNoNan(change, cast(steps, change.dtype));
      });
      const guard = new Guard(update);
      const weight = guard.unless(weightOf(weighting, trained.dataset));
      return {
        update: guard.values(update),
        weight,
        collected: training.collected({ state, random }, trained, guard, { weight: { sum: weight }, steps: { sum: mul(weight, steps) } }),
      };
    },
    server: (inputs) => {
      const { weight, steps } = inputs.collected.sum as Record<'weight' | 'steps', Output>;
      const effectiveSteps = div(steps, weight);
      return {
        ...training.server(inputs, { effectiveSteps }),
        update: inputs.update.map((u) => mul(u, cast(effectiveSteps, u.dtype))),
      };
    },
  };
}
