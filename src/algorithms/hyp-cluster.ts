/**
 * HypCluster: several models, of which each client trains the one that fits its data best.
 *
 * Mansour, Mohri, Ro and Suresh, "Three approaches for personalization with applications to federated learning", 2020,
 * https://arxiv.org/abs/2002.10619 (algorithm 1); with gradient steps the same as IFCA, Ghosh et al., "An efficient framework for clustered
 * federated learning", NeurIPS 2020, https://arxiv.org/abs/2006.04088.
 *
 * A client computes the losses of all models, trains the best, and sends changes as large as all of them, zeros but for its own. Each cluster
 * has a server optimizer of its own; a cluster that no client of a round has chosen stays as it is.
 */
import { type Aggregator, checkUnweighted } from '../aggregators/aggregator.js';
import { sum } from '../aggregators/sum.js';
import { MAX_FLOAT32, type NumericArray } from '../dtype.js';
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { ifElse } from '../graph/loop.js';
import { indexAxis, oneHot, stack } from '../graph/ops/array.js';
import { cast, div, equal, finite, mul, sub, where } from '../graph/ops/math.js';
import { argMin } from '../graph/ops/reduce.js';
import { specsOf, Variable } from '../graph/variable.js';
import { checkOptimizer, type Optimizer } from '../keras/optimizers/optimizer.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { checkWeights, type ModelWeights } from '../models/model-weights.js';
import { sgdm } from '../optimizers/sgdm.js';
import { type ClientWeighting, type ClientWork, checkClientWeighting, type WeightOutputs, weightOf } from '../templates/client-work.js';
import { applyOptimizerFinalizer, type Finalizer } from '../templates/finalizer.js';
import { Guard } from '../templates/guard.js';
import { meanLoss } from '../templates/inference.js';
import { LocalTraining, TRAINING_OPTIONS, type TrainingOptions } from '../templates/local-training.js';
import { ModelSet, MultiModelProcess } from '../templates/model-set.js';
import type { Tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { checkOptions, mustBe } from '../validate.js';

export interface HypClusterOptions extends TrainingOptions {
  /** The weights that each cluster begins with, at least two: `hypClusterStart` makes some; clusters that begin alike stay alike. */
  readonly initialWeights: readonly ModelWeights[];
  /** Makes the steps on clients. */
  readonly clientOptimizer: Optimizer;
  /** Makes the server's step, for each cluster with a state of its own; `sgdm({ learningRate: 1 })` by default. */
  readonly serverOptimizer?: Optimizer;
  /** How much a client counts in its cluster: `num_examples` (default) or `uniform`. */
  readonly clientWeighting?: ClientWeighting;
  /** How weighted changes and weights are added up over the clients; `sum()` by default. */
  readonly sumAggregator?: Aggregator;
  /** Decides all randomness; 0 by default. */
  readonly seed?: number;
}

/** `cluster_0`, `cluster_1` … */
const nameOf = (cluster: number): string => `cluster_${cluster}`;

/**
 * HypCluster. The clusters' weights are `getWeightsOf(state, 'cluster_0')` and so on; metrics are those of training, with `clusterSizes`, the
 * number of clients that chose each cluster. `finalizer.cluster_0.updateNonFinite` is 1 for a cluster that stays as it is.
 *
 * @throws TypeError, ValueError for a part of the wrong kind, an option out of range, or weights that do not fit the model
 */
export function buildHypCluster(model: AnyFederatedModel, options: HypClusterOptions): MultiModelProcess {
  const own = ['initialWeights', 'clientOptimizer', 'serverOptimizer', 'clientWeighting', 'sumAggregator', 'seed'];
  checkOptions('options', options, [...own, ...TRAINING_OPTIONS]);
  const checked = checkModel(model);
  const { initialWeights } = options;
  if (!Array.isArray(initialWeights)) throw mustBe('initialWeights', "a list of clusters' weights", initialWeights);
  if (initialWeights.length < 2)
    throw new ValueError(`\`initialWeights\` must be of at least two clusters, received ${initialWeights.length}`);
  const set = clusters(checked, initialWeights);
  const optimizer = checkOptimizer('serverOptimizer', options.serverOptimizer ?? sgdm({ learningRate: 1 }));
  return new MultiModelProcess(set, {
    clientWork: hypClusterClientWork(checked, set, options),
    aggregator: checkUnweighted('sumAggregator', options.sumAggregator ?? sum()),
    finalizer: eachCluster(optimizer, checked, set),
    seed: options.seed,
  });
}

/** A copy of the model's variables for each cluster. */
function clusters(model: AnyFederatedModel, weights: readonly ModelWeights[]): ModelSet {
  const { trainableVariables, nonTrainableVariables } = model;
  const sets = weights.map((given, k) => {
    const own = checkWeights(`initialWeights[${k}]`, trainableVariables, nonTrainableVariables, given);
    const copy = (v: Variable, value: Tensor | undefined): Variable =>
      new Variable({ name: `${nameOf(k)}/${v.path}`, shape: v.shape, dtype: v.dtype, initial: () => value?.data as NumericArray });
    return [
      nameOf(k),
      {
        trainableVariables: trainableVariables.map((v, i) => copy(v, own.trainable[i])),
        nonTrainableVariables: nonTrainableVariables.map((v, i) => copy(v, own.nonTrainable[i])),
      },
    ] as const;
  });
  return new ModelSet(model, Object.fromEntries(sets));
}

function hypClusterClientWork(model: AnyFederatedModel, set: ModelSet, options: HypClusterOptions): ClientWork {
  const { initialWeights, clientOptimizer, serverOptimizer, clientWeighting, sumAggregator, seed, ...trainingOptions } = options;
  const count = initialWeights.length;
  const weighting = checkClientWeighting(clientWeighting ?? 'num_examples');
  const training = new LocalTraining(model, checkOptimizer('clientOptimizer', clientOptimizer), trainingOptions);
  return {
    model: set.model,
    hparams: training.hparams,
    data: training.data,
    updateSpecs: [...specsOf(set.model.trainableVariables), tensorSpec([count]) as TensorSpec],
    initialize: (graph) => training.initialize(graph),
    client: ({ state, weights, dataset, shuffle, round, random }) => {
      const models = Object.values(set.split(weights)) as WeightOutputs[];
      const losses = stack(models.map((own) => meanLoss(model, own, dataset)));
      const chosen = argMin(where(finite(losses), losses, MAX_FLOAT32), 0);
      const initial = models.reduceRight((others, own, k) => either(equal(chosen, k), own, others));
      const trained = training.run({ dataset, shuffle, weights: initial, hparams: training.hparamsIn(state, round) });
      const guard = new Guard([...trained.weights.trainable]);
      const update = guard.values(initial.trainable.map((w, i) => sub(w, trained.weights.trainable[i] as Output)));
      const isChosen = oneHot(chosen, count);
      const weight = mul(isChosen, guard.unless(weightOf(weighting, trained.dataset)));
      return {
        update: [...models.flatMap((_, k) => update.map((u) => mul(u, cast(indexAxis(weight, 0, k), u.dtype)))), weight],
        weight: dataset.seed.graph.constant(1, 'float32'),
        collected: training.collected({ state, random }, trained, guard, { sizes: { sum: guard.unless(cast(isChosen, 'int32')) } }),
      };
    },
    server: (inputs) => {
      const { update, collected } = inputs;
      const weight = update.at(-1) as Output;
      const perCluster = (update.length - 1) / count;
      return {
        ...training.server(inputs, { clusterSizes: (collected.sum as Record<string, Output>).sizes as Output }),
        // No number for a cluster that nobody has chosen: it is refused by the finalizer.
        update: update.slice(0, -1).map((u, i) => div(u, cast(indexAxis(weight, 0, Math.floor(i / perCluster)), u.dtype))),
      };
    },
  };
}

/** One of two models' weights; nothing is copied. */
function either(condition: Output, a: WeightOutputs, b: WeightOutputs): WeightOutputs {
  const all = ifElse(
    condition.graph,
    condition,
    () => [...a.trainable, ...a.nonTrainable],
    () => [...b.trainable, ...b.nonTrainable],
  );
  return { trainable: all.slice(0, a.trainable.length), nonTrainable: all.slice(a.trainable.length) };
}

/** The server's step in each cluster: slots of its own, and hyper-parameters in common. */
function eachCluster(optimizer: Optimizer, { trainableVariables }: AnyFederatedModel, set: ModelSet): Finalizer {
  type State = Readonly<Record<string, Tree<Output>>>;
  // The model's own variables: their names and constraints are those of every cluster.
  const clusters = Object.keys(set.sets).map((name) => [name, applyOptimizerFinalizer(optimizer, trainableVariables)] as const);
  const parts = (state: Tree<Output>, isHparam: boolean): State =>
    Object.fromEntries(Object.entries(state as State).filter(([name]) => Object.hasOwn(optimizer.hparams, name) === isHparam));
  return {
    hparams: optimizer.hparams,
    initialize: (graph) => {
      const states = clusters.map(([name, finalizer]) => [name, finalizer.initialize(graph)] as const);
      const [[, first]] = states as [[string, Tree<Output>]];
      return { ...parts(first, true), ...Object.fromEntries(states.map(([name, state]) => [name, parts(state, false)])) };
    },
    step: (state, weights, update) => {
      const hparams = parts(state, true);
      const size = weights.length / clusters.length;
      const steps = clusters.map(([name, finalizer], k) => {
        const own = <T>(values: readonly T[]): T[] => values.slice(k * size, (k + 1) * size);
        return [name, finalizer.step({ ...hparams, ...((state as State)[name] as State) }, own(weights), own(update))] as const;
      });
      return {
        state: { ...hparams, ...Object.fromEntries(steps.map(([name, step]) => [name, parts(step.state, false)])) },
        weights: steps.flatMap(([, step]) => step.weights),
        measurements: Object.fromEntries(steps.map(([name, step]) => [name, step.measurements])),
      };
    },
  };
}
