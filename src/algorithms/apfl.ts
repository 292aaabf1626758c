/**
 * Adaptive personalized federated learning: each client mixes the server's model with one of its own, and learns how much of each.
 *
 * Deng, Kamani and Mahdavi, "Adaptive personalized federated learning", 2020, https://arxiv.org/abs/2003.13461 (algorithm 1 and eq. 10).
 *
 * A client's model is `α v + (1 − α) w` with `w` of the server. In every step `w` goes down the gradient of its own loss, and `v` and `α` that
 * of the mixed model's. All three are made by the client optimizer, `α` in every step, as in FedJAX; the paper's program does so once a round.
 * Weights that are not trained stay the server's.
 */
import { type Aggregator, checkWeighted } from '../aggregators/aggregator.js';
import { mean } from '../aggregators/mean.js';
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { add, cast, clip, div, mul, stopGradient, sub } from '../graph/ops/math.js';
import type { Variable } from '../graph/variable.js';
import { Constraint } from '../keras/constraints/constraint.js';
import { Weight } from '../keras/engine/weight.js';
import { checkOptimizer, type Optimizer } from '../keras/optimizers/optimizer.js';
import { type AnyFederatedModel, checkModel, FederatedModel } from '../models/federated-model.js';
import type { ModelWeights } from '../models/model-weights.js';
import { sgdm } from '../optimizers/sgdm.js';
import { type ClientWeighting, type ClientWork, checkClientWeighting, weightOf } from '../templates/client-work.js';
import { applyOptimizerFinalizer } from '../templates/finalizer.js';
import { Guard, NON_FINITE } from '../templates/guard.js';
import { LearningProcess } from '../templates/learning-process.js';
import { LocalTraining, TRAINING_OPTIONS, type TrainingOptions } from '../templates/local-training.js';
import { type Tensor, tensor } from '../tensor.js';
import type { Tree } from '../tree.js';
import { checkBoolean, checkNumber, checkOptions } from '../validate.js';

export interface ApflOptions extends TrainingOptions {
  /** Makes the steps of both models and of the mixing on clients. */
  readonly clientOptimizer: Optimizer;
  /** Makes the server's step; `sgdm({ learningRate: 1 })` by default. */
  readonly serverOptimizer?: Optimizer;
  /** The share of a client's own model, `α`, that it begins with, 0 to 1; 0.5 by default. */
  readonly mixing?: number;
  /** Whether clients learn their share (the default), or keep the first one. */
  readonly adaptive?: boolean;
  /** How much a client counts: `num_examples` (default) or `uniform`. */
  readonly clientWeighting?: ClientWeighting;
  /** How updates of the server's model are combined; `mean()` by default. */
  readonly modelAggregator?: Aggregator;
  /** Decides all randomness; 0 by default. */
  readonly seed?: number;
}

/** What a client keeps. */
interface Own<T> {
  /** `v`. */
  readonly personal: readonly T[];
  /** `α`. */
  readonly mixing: T;
}

/**
 * APFL. Clients need names (`id`): each keeps its own model and its share. `getClientWeights(state, id)` gives the mixed model of a client; the
 * metrics of training are those of the mixed models, with `mixing`, the clients' mean share after the round.
 *
 * @throws TypeError, ValueError for a part of the wrong kind, an option out of range, or weights of half precision
 */
export function buildApfl(model: AnyFederatedModel, options: ApflOptions): LearningProcess {
  const own = ['clientOptimizer', 'serverOptimizer', 'mixing', 'adaptive', 'clientWeighting', 'modelAggregator', 'seed'];
  checkOptions('options', options, [...own, ...TRAINING_OPTIONS]);
  const checked = checkModel(model);
  const half = checked.trainableVariables.find((v) => v.dtype !== 'float32' && v.dtype !== 'float64');
  if (half !== undefined)
    throw new ValueError(`\`model\` must have weights of float32 or float64, received ${half.spec} for \`${half.path}\``);
  return new LearningProcess({
    clientWork: apflClientWork(checked, options),
    aggregator: checkWeighted(options.modelAggregator ?? mean(), true),
    finalizer: applyOptimizerFinalizer(
      checkOptimizer('serverOptimizer', options.serverOptimizer ?? sgdm({ learningRate: 1 })),
      checked.trainableVariables,
    ),
    seed: options.seed,
  });
}

function apflClientWork(model: AnyFederatedModel, options: ApflOptions): ClientWork {
  const { clientOptimizer, serverOptimizer, mixing, adaptive, clientWeighting, modelAggregator, seed, ...trainingOptions } = options;
  const share = checkNumber('mixing', mixing ?? 0.5, { min: 0, max: 1 });
  const isAdaptive = checkBoolean('adaptive', adaptive ?? true);
  const weighting = checkClientWeighting(clientWeighting ?? 'num_examples');
  const shared = model.trainableVariables.length;
  const training = new LocalTraining(mixedModel(model, isAdaptive), checkOptimizer('clientOptimizer', clientOptimizer), trainingOptions);
  return {
    model,
    hparams: training.hparams,
    data: training.data,
    initialize: (graph) => training.initialize(graph),
    clientState: ({ trainable }): Tree<Output> => ({
      personal: trainable,
      mixing: (trainable[0] as Output).graph.constant(share, 'float32'),
    }),
    clientWeights: (weights, kept) => mixedWeights(weights, kept as unknown as Own<Tensor>),
    client: ({ state, weights, dataset, shuffle, round, random, own }) => {
      const kept = own as unknown as Own<Output>;
      const both = [...weights.trainable, ...kept.personal];
      const trained = training.run({
        dataset,
        shuffle,
        weights: isAdaptive
          ? { trainable: [...both, kept.mixing], nonTrainable: weights.nonTrainable }
          : { trainable: both, nonTrainable: [...weights.nonTrainable, kept.mixing] },
        hparams: training.hparamsIn(state, round),
      });
      const final = trained.weights.trainable;
      const update = weights.trainable.map((w, i) => sub(w, final[i] as Output));
      const guard = new Guard([...final]);
      const next = { personal: final.slice(shared, 2 * shared), mixing: final[2 * shared] ?? kept.mixing };
      const after = guard.either(next, own);
      return {
        update: guard.values(update),
        weight: guard.unless(weightOf(weighting, trained.dataset)),
        collected: training.collected({ state, random }, trained, guard, { mixing: { sum: guard.unless(next.mixing) } }),
        own: after,
      };
    },
    server: (inputs) => {
      const { sum, count } = inputs.collected;
      const { mixing: total, [NON_FINITE]: nonFinite } = sum as Record<'mixing' | typeof NON_FINITE, Output>;
      return training.server(inputs, { mixing: div(total, cast(sub(count, nonFinite), 'float32')) });
    },
  };
}

/** A share, at most all and at least nothing. */
class Share extends Constraint<Record<string, never>> {
  static readonly className = 'Share';
  static readonly fields = {};

  override call(weight: Output): Output {
    return clip(weight, 0, 1);
  }
}

/**
 * `α v + (1 − α) w` beside `w`, as one model of `[w…, v…, α]`: its loss, `f(w) + f(α v + (1 − α) w)` with `w` constant in the second term, has the
 * paper's three gradients.
 */
function mixedModel(model: AnyFederatedModel, isAdaptive: boolean): AnyFederatedModel {
  const { definition } = model;
  const { trainableVariables: shared, nonTrainableVariables } = definition;
  const personal = shared.map((v) => {
    const constraint = v instanceof Weight ? v.constraint : null;
    const own = new Weight({ name: `personal/${v.name}`, shape: v.shape, dtype: v.dtype, constraint });
    // For an optimizer that goes by paths it is the same weight.
    own.path = v.path;
    return own;
  });
  const mixing = new Weight({ name: 'mixing', shape: [], constraint: new Share({}) });
  const metricVariables = definition.metrics.flatMap((m) => m.variables);
  return new FederatedModel({
    ...definition,
    trainableVariables: [...shared, ...personal, ...(isAdaptive ? [mixing] : [])],
    nonTrainableVariables: [...nonTrainableVariables, ...(isAdaptive ? [] : [mixing])],
    forward: (ctx, x, y, sampleWeight) => {
      const values = shared.map((v, i): [Variable, Output] => {
        const a = cast(ctx.read(mixing), v.dtype);
        const w = stopGradient(ctx.read(v));
        return [v, add(w, mul(a, sub(ctx.read(personal[i] as Variable), w)))];
      });
      const mixed = ctx.inner(ctx.graph, new Map(values));
      const { loss, predictions } = definition.forward(mixed, x, y, sampleWeight);
      for (const v of metricVariables) ctx.assign(v, mixed.read(v));
      const server = definition.forward(ctx.inner(ctx.graph, new Map()), x, y, sampleWeight);
      return { loss: loss && server.loss && add(loss, server.loss), predictions };
    },
  });
}

/** A client's mixed model. */
function mixedWeights({ trainable, nonTrainable }: ModelWeights, { personal, mixing }: Own<Tensor>): ModelWeights {
  const a = Number(mixing.data[0]);
  const mix = (w: Tensor, v: Tensor): Tensor => {
    const [ws, vs] = [w.data as Float32Array | Float64Array, v.data as Float32Array | Float64Array];
    return tensor(
      ws.map((value, i) => value + a * ((vs[i] as number) - value)),
      w.shape,
    );
  };
  return { trainable: trainable.map((w, i) => mix(w, personal[i] as Tensor)), nonTrainable };
}
