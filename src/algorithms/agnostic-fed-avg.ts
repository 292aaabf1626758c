/**
 * Agnostic federated averaging: a model for the worst mixture of some domains of clients, such as regions or kinds of devices.
 *
 * Mohri, Sivek and Suresh, "Agnostic federated learning", ICML 2019, https://arxiv.org/abs/1902.00146; with averaging, Ro, Chen, Mathews, Mohri and
 * Suresh, "Communication-efficient agnostic federated averaging", Interspeech 2021, https://arxiv.org/abs/2104.02748.
 *
 * Domains have weights `λ`. A client `k` of a domain `d` counts `λ_d n_k / n_d` with `n_d` of the domain's clients in the round, so that a
 * domain counts as its weight says however many clients it has; and `λ_d ← λ_d exp(γ L_d)`, normalised, with the domain's mean loss `L_d` at
 * the weights before the round.
 *
 * In the second paper and in FedJAX a client may have examples of several domains, steps are scaled by what they have of each, and `n_d` is
 * that of earlier rounds; here a client is of one domain, trains as in FedAvg, and `n_d` and `L_d` are found by a survey before it, for which
 * clients are loaded twice a round. Domains without clients in a round keep their weights, which FedJAX takes to have a loss of 0.
 */

import { type Aggregator, checkWeighted } from '../aggregators/aggregator.js';
import { mean } from '../aggregators/mean.js';
import { MAX_FLOAT32 } from '../dtype.js';
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { gather, oneHot } from '../graph/ops/array.js';
import { div, divNoNan, exp, greater, logicalAnd, mul, sub, where } from '../graph/ops/math.js';
import { max, sum } from '../graph/ops/reduce.js';
import { checkOptimizer, type Optimizer } from '../keras/optimizers/optimizer.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { sgdm } from '../optimizers/sgdm.js';
import { type ClientWeighting, type ClientWork, checkClientWeighting, weightOf } from '../templates/client-work.js';
import { applyOptimizerFinalizer } from '../templates/finalizer.js';
import { Guard } from '../templates/guard.js';
import { meanLoss } from '../templates/inference.js';
import { LearningProcess } from '../templates/learning-process.js';
import { DATA_TRAINING_OPTIONS, type DataTrainingOptions } from '../templates/local-training.js';
import { modelDeltaClientWork } from '../templates/model-delta-client-work.js';
import { type Tensor, tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { checkFunction, checkInteger, checkNumber, checkOptions, describe, mustBe } from '../validate.js';

export interface AgnosticFedAvgOptions extends DataTrainingOptions {
  /** The domain of the client with a name, 0 to the number of domains less 1. */
  readonly domainOf: (id: string) => number;
  /** Each domain's weight `λ` before the first round, at least one: not negative, together 1. A domain with weight 0 keeps it. */
  readonly initialDomainWeights: readonly number[];
  /** The rate `γ` of the domains' weights, not negative: with 0 they stay as they are. It is a hyper-parameter. */
  readonly domainLearningRate: number;
  /** Makes the steps on clients; its state is fresh in every round. */
  readonly clientOptimizer: Optimizer;
  /** Makes the server's step; `sgdm({ learningRate: 1 })` by default. */
  readonly serverOptimizer?: Optimizer;
  /** How much a client counts within its domain, `n_k`: `num_examples` (default) or `uniform`. */
  readonly clientWeighting?: ClientWeighting;
  /** How updates are combined; `mean()` by default. */
  readonly modelAggregator?: Aggregator;
  /** Decides all randomness; 0 by default. */
  readonly seed?: number;
}

/** One value for each domain. */
interface PerDomain {
  readonly counts: Output;
  /** Sums of the losses, weighted. */
  readonly losses: Output;
}

/**
 * Agnostic FedAvg. Clients need names (`id`). The domains' weights are `state.clientWork.domainWeights`, and a metric beside `domainLosses`,
 * which are no numbers for domains without clients.
 *
 * @throws TypeError, ValueError for a part of the wrong kind, or an option out of range
 */
export function buildAgnosticFedAvg(model: AnyFederatedModel, options: AgnosticFedAvgOptions): LearningProcess {
  checkOptions('options', options, [
    'domainOf',
    'initialDomainWeights',
    'domainLearningRate',
    'clientOptimizer',
    'serverOptimizer',
    'clientWeighting',
    'modelAggregator',
    'seed',
    ...DATA_TRAINING_OPTIONS,
  ]);
  const checked = checkModel(model);
  return new LearningProcess({
    clientWork: agnosticClientWork(checked, options),
    aggregator: checkWeighted(options.modelAggregator ?? mean(), true),
    finalizer: applyOptimizerFinalizer(
      checkOptimizer('serverOptimizer', options.serverOptimizer ?? sgdm({ learningRate: 1 })),
      checked.trainableVariables,
    ),
    seed: options.seed,
  });
}

function agnosticClientWork(model: AnyFederatedModel, options: AgnosticFedAvgOptions): ClientWork {
  const {
    domainOf,
    initialDomainWeights,
    domainLearningRate,
    clientOptimizer,
    serverOptimizer,
    clientWeighting,
    modelAggregator,
    seed,
    ...trainingOptions
  } = options;
  checkFunction('domainOf', domainOf);
  const initial = checkDomainWeights(initialDomainWeights);
  checkNumber('domainLearningRate', domainLearningRate, { min: 0 });
  const weighting = checkClientWeighting(clientWeighting ?? 'num_examples');
  const training = modelDeltaClientWork(model, checkOptimizer('clientOptimizer', clientOptimizer), weighting, trainingOptions);
  const domains = initial.map((_, domain) => tensor(domain, [], 'int32'));
  const domain = (id: string): Tensor =>
    domains[checkInteger(`what domainOf returns for ${describe(id)}`, domainOf(id), { min: 0, max: initial.length - 1 })] as Tensor;
  return {
    ...training,
    hparams: { ...training.hparams, domainLearningRate },
    known: { specs: tensorSpec([], 'int32') as TensorSpec, of: domain },
    initialize: (graph) => ({
      ...(training.initialize(graph) as Record<string, Output>),
      domainLearningRate: graph.constant(domainLearningRate, 'float32'),
      domainWeights: graph.constant(initial, 'float32'),
    }),
    survey: {
      client: ({ weights, dataset, known }) => {
        const loss = meanLoss(model, weights, dataset);
        const guard = new Guard([loss]);
        const counts = mul(oneHot(known as Output, initial.length), guard.unless(weightOf(weighting, dataset)));
        return { sum: { counts, losses: mul(counts, guard.unless(loss)) } };
      },
      server: (_, collected) => collected.sum,
    },
    client: (inputs) => {
      const { domainWeights } = inputs.state as Record<string, Output>;
      const { counts } = inputs.surveyed as unknown as PerDomain;
      const result = training.client(inputs);
      const share = gather(divNoNan(domainWeights as Output, counts), inputs.known as Output);
      return { ...result, weight: mul(result.weight, share) };
    },
    server: (inputs) => {
      const state = inputs.state as Record<'domainWeights' | 'domainLearningRate', Output>;
      const { counts, losses } = inputs.surveyed as unknown as PerDomain;
      const domainLosses = div(losses, counts);
      const domainWeights = exponentiatedGradient(state.domainWeights, domainLosses, greater(counts, 0), state.domainLearningRate);
      const result = training.server(inputs);
      return {
        ...result,
        state: { ...(result.state as Record<string, Output>), domainWeights },
        metrics: { ...(result.metrics as Record<string, Output>), domainWeights, domainLosses },
      };
    },
  };
}

/** `λ ← λ exp(γ L)` where `isPresent`, with the same sum as before. */
function exponentiatedGradient(weights: Output, losses: Output, isPresent: Output, rate: Output): Output {
  const scaled = mul(losses, rate);
  // Less the largest, which the normalisation takes out again, nothing overflows.
  const largest = max(where(isPresent, scaled, -MAX_FLOAT32));
  const raised = where(isPresent, mul(weights, exp(sub(scaled, largest))), 0);
  const total = sum(raised);
  const held = sum(where(isPresent, weights, 0));
  return where(logicalAnd(isPresent, greater(total, 0)), mul(raised, divNoNan(held, total)), weights);
}

function checkDomainWeights(weights: unknown): number[] {
  if (!Array.isArray(weights)) throw mustBe('initialDomainWeights', 'a list of numbers', weights);
  const checked = weights.map((weight, i) => checkNumber(`initialDomainWeights[${i}]`, weight, { min: 0 }));
  const total = checked.reduce((a, b) => a + b, 0);
  if (Math.abs(total - 1) > 1e-6) throw new ValueError(`\`initialDomainWeights\` must add up to 1, received ${describe(weights)}`);
  return checked;
}
