/**
 * Federated averaging with the server optimizers of the FedOpt paper: FedAdagrad, FedYogi and FedAdam, and FedAvgM before it.
 *
 * Reddi, Charles, Zaheer, Garrett, Rush, Konečný, Kumar and McMahan, "Adaptive federated optimization", ICLR 2021,
 * https://arxiv.org/abs/2003.00295 (algorithm 2); FedAvgM: Hsu, Qi and Brown, "Measuring the effects of non-identical data distribution for
 * federated visual classification", 2019, https://arxiv.org/abs/1909.06335.
 *
 * With `Δ` the mean of the clients' updates, `m ← beta1 · m + (1 − beta1) · Δ` and `w ← w − serverLearningRate · m / (√v + tau)`, where `v`
 * begins as `tau²` and then is
 * - FedAdagrad: `v + Δ²`
 * - FedYogi: `v − (1 − beta2) · Δ² · sign(v − Δ²)`
 * - FedAdam: `beta2 · v + (1 − beta2) · Δ²`
 *
 * As published, none of them corrects the means for having begun at nothing. `optimizers.adam` and `optimizers.yogi`, which are TFF's, do,
 * and `optimizers.adagrad` has its `epsilon` under the root: as `serverOptimizer` of `buildWeightedFedAvg` they are TFF's algorithms. Flower
 * begins with `v = 0`, and its FedAdam (alone) corrects the rate, as for one round more than there has been. Defaults are Flower's.
 */
import type { Graph, Output } from '../graph/graph.js';
import { add, div, mul, sqrt, square, sub } from '../graph/ops/math.js';
import { stepTowards, towards } from '../keras/optimizers/moments.js';
import { filled, type Hparams, type Optimizer } from '../keras/optimizers/optimizer.js';
import { type WeightUpdate, WeightwiseOptimizer } from '../keras/optimizers/weightwise-optimizer.js';
import { number, oneOf } from '../keras/serialization/fields.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import { sgdm } from '../optimizers/sgdm.js';
import type { LearningProcess } from '../templates/learning-process.js';
import type { TensorSpec } from '../tensor-spec.js';
import { checkNumber, checkOptions } from '../validate.js';
import { fedAvgProcess, WEIGHTED_FED_AVG_OPTIONS, type WeightedFedAvgOptions } from './fed-avg.js';

export interface FedAvgMOptions extends Omit<WeightedFedAvgOptions, 'serverOptimizer'> {
  /** Not negative; 1 by default, which without momentum is plain averaging. */
  readonly serverLearningRate?: number;
  /** How much of the sum of updates stays in each round, in `[0, 1]`: 0 (default) is FedAvg, and the paper has 0.9. */
  readonly serverMomentum?: number;
}

export interface FedAdagradOptions extends Omit<WeightedFedAvgOptions, 'serverOptimizer' | 'clientOptimizer'> {
  /** Makes the steps on clients; `sgdm({ learningRate: 0.1 })` by default, with 0.0316 for FedYogi. */
  readonly clientOptimizer?: Optimizer;
  /** Not negative; 0.1 by default, 0.01 for FedYogi. */
  readonly serverLearningRate?: number;
  /** How much of the mean update stays in each round, in `[0, 1]`; 0.9 by default, 0 for FedAdagrad, as in the paper's experiments. */
  readonly beta1?: number;
  /** Above 0: the larger it is, the less the step of a weight depends on the size of its own updates; 1e-3 by default. */
  readonly tau?: number;
}

export interface FedAdamOptions extends FedAdagradOptions {
  /** How much of the mean of squares stays in each round, in `[0, 1]`; 0.99 by default. */
  readonly beta2?: number;
}

/**
 * FedAvgM: federated averaging with momentum on the server.
 *
 * @throws TypeError, ValueError for a part of the wrong kind or an option out of range
 */
export function buildFedAvgM(model: AnyFederatedModel, options: FedAvgMOptions): LearningProcess {
  checkOptions('options', options, [...COMMON, 'serverMomentum']);
  const { serverLearningRate, serverMomentum, ...others } = options;
  const learningRate = checkNumber('serverLearningRate', serverLearningRate ?? 1, { min: 0 });
  const momentum = checkNumber('serverMomentum', serverMomentum ?? 0, { min: 0, max: 1 });
  return fedAvgProcess(model, { ...others, serverOptimizer: sgdm({ learningRate, momentum }) }, true);
}

/** FedAdagrad. @throws TypeError, ValueError for a part of the wrong kind or an option out of range */
export function buildFedAdagrad(model: AnyFederatedModel, options: FedAdagradOptions = {}): LearningProcess {
  checkOptions('options', options, [...COMMON, 'beta1', 'tau']);
  return adaptive(model, options, { rule: 'adagrad', clientRate: 0.1, learningRate: 0.1, beta1: 0 });
}

/** FedYogi. @throws TypeError, ValueError for a part of the wrong kind or an option out of range */
export function buildFedYogi(model: AnyFederatedModel, options: FedAdamOptions = {}): LearningProcess {
  checkOptions('options', options, [...COMMON, 'beta1', 'beta2', 'tau']);
  return adaptive(model, options, { rule: 'yogi', clientRate: 0.0316, learningRate: 0.01, beta1: 0.9 });
}

/** FedAdam. @throws TypeError, ValueError for a part of the wrong kind or an option out of range */
export function buildFedAdam(model: AnyFederatedModel, options: FedAdamOptions = {}): LearningProcess {
  checkOptions('options', options, [...COMMON, 'beta1', 'beta2', 'tau']);
  return adaptive(model, options, { rule: 'adam', clientRate: 0.1, learningRate: 0.1, beta1: 0.9 });
}

const COMMON = [...WEIGHTED_FED_AVG_OPTIONS.filter((name) => name !== 'serverOptimizer'), 'serverLearningRate'] as const;

interface Defaults {
  readonly rule: keyof typeof RULES;
  readonly clientRate: number;
  readonly learningRate: number;
  readonly beta1: number;
}

function adaptive(model: unknown, options: FedAdamOptions, defaults: Defaults): LearningProcess {
  const { clientOptimizer, serverLearningRate, beta1, beta2, tau, ...others } = options;
  const serverOptimizer = new AdaptiveServer({
    rule: defaults.rule,
    learningRate: checkNumber('serverLearningRate', serverLearningRate ?? defaults.learningRate, { min: 0 }),
    beta1: checkNumber('beta1', beta1 ?? defaults.beta1, { min: 0, max: 1 }),
    beta2: checkNumber('beta2', beta2 ?? 0.99, { min: 0, max: 1 }),
    tau: checkNumber('tau', tau ?? 1e-3, { min: 0, exclusive: true }),
  }) as unknown as Optimizer;
  const client = clientOptimizer ?? sgdm({ learningRate: defaults.clientRate });
  return fedAvgProcess(model, { ...others, clientOptimizer: client, serverOptimizer }, true);
}

/** What `v` becomes, with `Δ²` and `1 − beta2`. */
const RULES = {
  adagrad: (v: Output, squared: Output): Output => add(v, squared),
  yogi: stepTowards,
  adam: towards,
};

const fields = {
  rule: oneOf(['adagrad', 'yogi', 'adam'], 'adam'),
  learningRate: number(),
  beta1: number(),
  beta2: number(),
  tau: number(),
};

type Slots = { readonly momentum: Output; readonly preconditioner: Output };
type Scalars = { readonly learningRate: Output; readonly gain1: Output; readonly gain2?: Output; readonly tau: Output };

class AdaptiveServer extends WeightwiseOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'adaptiveServer';
  static readonly fields = fields;

  get hparams(): Hparams<number> {
    const { rule, beta2, ...others } = this.options;
    return rule === 'adagrad' ? others : { ...others, beta2 };
  }

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    return { momentum: filled(graph, spec), preconditioner: filled(graph, spec, this.options.tau ** 2) };
  }

  protected override scalars({ learningRate, beta1, beta2, tau }: Record<'learningRate' | 'beta1' | 'beta2' | 'tau', Output>): Scalars {
    const rates = { learningRate, gain1: sub(1, beta1), tau };
    return this.options.rule === 'adagrad' ? rates : { ...rates, gain2: sub(1, beta2) };
  }

  protected override update(w: Output, delta: Output, slots: Slots, { learningRate, gain1, gain2, tau }: Scalars): WeightUpdate<Slots> {
    const momentum = towards(slots.momentum, delta, gain1);
    const preconditioner = RULES[this.options.rule](slots.preconditioner, square(delta), gain2 as Output);
    return {
      weight: sub(w, div(mul(learningRate, momentum), add(sqrt(preconditioner), tau))),
      slots: { momentum, preconditioner },
    };
  }
}
