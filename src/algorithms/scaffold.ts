/**
 * SCAFFOLD: clients correct each step by how their own gradients differ from those of all, which keeps them from drifting apart.
 *
 * Karimireddy, Kale, Mohri, Reddi, Stich and Suresh, "SCAFFOLD: stochastic controlled averaging for federated learning", ICML 2020,
 * https://arxiv.org/abs/1910.06378 (algorithm 1, option II of the control variates).
 *
 * A client `i` goes from `x` to `y` by `y ← y − η (g(y) − cᵢ + c)`, and its control variate becomes `cᵢ − c + (x − y) / (K η)`: the mean of its
 * gradients. The server takes the mean of what its clients send; its control variate moves by as much of their mean change as they are
 * of all clients.
 *
 * The paper's clients make plain steps. With momentum `K η` is how far steps of gradient 1 go, which makes of the control variate a mean
 * of the gradients weighted as they count in `x − y`.
 */

import { type Aggregator, checkWeighted } from '../aggregators/aggregator.js';
import { unweightedMean } from '../aggregators/unweighted-mean.js';
import type { Output } from '../graph/graph.js';
import { zerosLike } from '../graph/ops/array.js';
import { add, cast, div, equal, mul, sub, where } from '../graph/ops/math.js';
import { allFinite } from '../graph/ops/reduce.js';
import { specsOf } from '../graph/variable.js';
import { checkOptimizer, filled, type Optimizer } from '../keras/optimizers/optimizer.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { sgdm } from '../optimizers/sgdm.js';
import type { ClientWork } from '../templates/client-work.js';
import { applyOptimizerFinalizer } from '../templates/finalizer.js';
import { Guard } from '../templates/guard.js';
import { LearningProcess } from '../templates/learning-process.js';
import { LocalTraining, TRAINING_OPTIONS, type TrainingOptions } from '../templates/local-training.js';
import { reach } from '../templates/reach.js';
import { checkInteger, checkOptions } from '../validate.js';

export interface ScaffoldOptions extends TrainingOptions {
  /** Number of clients that there are in all, at least 1: a further name is refused. */
  readonly numClients: number;
  /** Makes the steps on clients: sgd, which may have momentum. */
  readonly clientOptimizer: Optimizer;
  /** Makes the server's step; `sgdm({ learningRate: 1 })` by default. */
  readonly serverOptimizer?: Optimizer;
  /** How what clients send, changes of weights and then of control variates, is combined; `unweightedMean()` by default, as in the paper. */
  readonly modelAggregator?: Aggregator;
  /** Decides all randomness; 0 by default. */
  readonly seed?: number;
}

/** One tensor for each trainable variable. */
interface Controls {
  readonly controlVariate: readonly Output[];
}

/**
 * SCAFFOLD. Clients need names (`id`): each keeps a control variate, which is zeros before its first round, as is the server's
 * (`state.clientWork.controlVariate`).
 *
 * @throws TypeError, ValueError for a part of the wrong kind, or an option out of range
 */
export function buildScaffold(model: AnyFederatedModel, options: ScaffoldOptions): LearningProcess {
  const own = ['numClients', 'clientOptimizer', 'serverOptimizer', 'modelAggregator', 'seed'];
  checkOptions('options', options, [...own, ...TRAINING_OPTIONS]);
  const checked = checkModel(model);
  return new LearningProcess({
    clientWork: scaffoldClientWork(checked, options),
    aggregator: checkWeighted(options.modelAggregator ?? unweightedMean(), false),
    finalizer: applyOptimizerFinalizer(
      checkOptimizer('serverOptimizer', options.serverOptimizer ?? sgdm({ learningRate: 1 })),
      checked.trainableVariables,
    ),
    seed: options.seed,
  });
}

function scaffoldClientWork(model: AnyFederatedModel, options: ScaffoldOptions): ClientWork {
  const { numClients, clientOptimizer, serverOptimizer, modelAggregator, seed, ...trainingOptions } = options;
  checkInteger('numClients', numClients, { min: 1, max: 2 ** 31 - 1 });
  const training = new LocalTraining(model, checkOptimizer('clientOptimizer', clientOptimizer), trainingOptions);
  const specs = specsOf(model.trainableVariables);
  return {
    model,
    hparams: training.hparams,
    data: training.data,
    updateSpecs: [...specs, ...specs],
    numClients,
    initialize: (graph) => ({ ...training.initialize(graph), controlVariate: specs.map((spec) => filled(graph, spec)) }),
    clientState: ({ trainable }) => ({ controlVariate: trainable.map(zerosLike) }),
    client: ({ state, weights, dataset, shuffle, round, random, own }) => {
      const { controlVariate: ofAll } = state as unknown as Controls;
      const { controlVariate: ofClient } = own as unknown as Controls;
      const shift = ofAll.map((c, i) => sub(c, ofClient[i] as Output));
      const hparams = training.hparamsIn(state, round);
      const trained = training.run({
        dataset,
        shuffle,
        weights,
        hparams,
        correction: () => (g, i) => add(g, shift[i] as Output),
      });
      const update = weights.trainable.map((x, i) => sub(x, trained.weights.trainable[i] as Output));
      const length = reach(training.optimizer, hparams, trained.dataset.schedule.batches);
      // Steps of no length say nothing about gradients.
      const mean = (u: Output, i: number): Output =>
        where(equal(length, 0), ofClient[i] as Output, sub(div(u, cast(length, u.dtype)), shift[i] as Output));
      const next = update.map(mean);
      const guard = new Guard([...update, ...next]);
      return {
        update: guard.values([...update, ...next.map((c, i) => sub(c, ofClient[i] as Output))]),
        weight: dataset.seed.graph.constant(1, 'float32'),
        collected: training.collected({ state, random }, trained, guard),
        own: guard.either({ controlVariate: next }, own),
      };
    },
    server: (inputs) => {
      const { state, update, collected } = inputs;
      const { controlVariate } = state as unknown as Controls;
      const change = update.slice(specs.length);
      const isSound = allFinite(update as [Output, ...Output[]]);
      const share = div(cast(collected.count, 'float32'), numClients);
      const moved = controlVariate.map((c, i) => where(isSound, add(c, mul(change[i] as Output, cast(share, c.dtype))), c));
      const trained = training.server(inputs);
      return { ...trained, state: { ...trained.state, controlVariate: moved }, update: update.slice(0, specs.length) };
    },
  };
}
