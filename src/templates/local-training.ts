/** Local training: a client's steps with an optimizer, which every algorithm that trains on clients is made of. */
import type { Contribution } from '../aggregators/aggregator.js';
import { clipByNorm, globalNorm } from '../aggregators/norms.js';
import { ValueError } from '../errors.js';
import { Context } from '../graph/context.js';
import { descended } from '../graph/descent.js';
import { SMALL_MODEL } from '../graph/executor.js';
import { gradients } from '../graph/gradients.js';
import type { Graph, Output } from '../graph/graph.js';
import { add, mul, sub } from '../graph/ops/math.js';
import { specsOf, type Variable } from '../graph/variable.js';
import { constrained } from '../keras/engine/weight.js';
import type { Hparams, Optimizer, Slots } from '../keras/optimizers/optimizer.js';
import type { MetricsAggregator, UnfinalizedMetrics } from '../metrics/metrics-aggregator.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import { checkSchedule, rateOf, type Schedule } from '../optimizers/schedule-learning-rate.js';
import type { Tree } from '../tree.js';
import { checkInteger, checkNumber } from '../validate.js';
import { type DatasetInputs, inSteps, overBatches } from './batches.js';
import { bindings, type ClientInputs, type ServerInputs, type WeightOutputs } from './client-work.js';
import type { Guard } from './guard.js';
import { LocalEvaluation, type LocalEvaluationOptions, type LocalEvaluationTime, type LocallyEvaluated } from './local-evaluation.js';
import { LoopMetrics } from './metrics.js';
import { TrainingMetrics } from './training-metrics.js';

/** Options of training on clients, of every algorithm that does it. */
export interface TrainingOptions {
  /**
   * The client optimizer's learning rate in each round, from 0: a list of rates (the last one stays), a Keras schedule, or a graph function of
   * the round. The optimizer's own rate by default, which then is a hyper-parameter.
   */
  readonly clientLearningRate?: Schedule;
  /** Steps that each client makes, at least 1, however many examples it has; as many as its data set says by default. */
  readonly localSteps?: number;
  /** Scales the gradient of a step down to this Euclidean length where it is longer, above 0; no limit by default. */
  readonly maxGradientNorm?: number;
  /** How the clients' metrics are combined; `metrics.sumThenFinalize()` by default. */
  readonly metricsAggregator?: MetricsAggregator | undefined;
  /**
   * Whether each client also evaluates, in inference mode and on the data that it trains with, the weights that it starts from (`before`),
   * those that it ends with (`after`), or `both`: the round's metrics have `beforeTraining` and `afterTraining` beside `train`. Each is one
   * more pass over the data, every example taken once. None by default. With options, a part of each client's data is kept from training,
   * and evaluated besides: `validationBeforeTraining` and `validationAfterTraining`.
   */
  readonly localEvaluation?: LocalEvaluationTime | LocalEvaluationOptions | undefined;
}
export const TRAINING_OPTIONS = ['clientLearningRate', 'localSteps', 'maxGradientNorm', 'metricsAggregator', 'localEvaluation'] as const;

/** The options of an algorithm whose clients' steps follow from their data alone. */
export type DataTrainingOptions = Omit<TrainingOptions, 'localSteps'>;
export const DATA_TRAINING_OPTIONS = TRAINING_OPTIONS.filter((name) => name !== 'localSteps');

/** What a correction can ask about a step. */
export interface CorrectionStep {
  /** The trainable weights before the step. */
  readonly weights: readonly Output[];
  /** The gradient of the step's batch at other weights; `null` for one that the loss does not depend on. */
  readonly gradientsAt: (weights: readonly Output[]) => readonly (Output | null)[];
}

/** Changes the gradients of a step before the optimizer gets them: makes of a step what changes the i-th variable's gradient. */
export type Correction = (step: CorrectionStep) => (gradient: Output, i: number) => Output;

/** A correction, given the trainable weights that the client starts from. */
export type CorrectionFrom = (initial: readonly Output[]) => Correction;

/** The gradient of `½ strength · ‖w − initial‖²`, added: the proximal term of FedProx. */
export const proximal =
  (strength: number): CorrectionFrom =>
  (initial) =>
  ({ weights }) =>
  (g, i) =>
    add(g, mul(sub(weights[i] as Output, initial[i] as Output), strength));

/** What a training starts from. */
export interface TrainingInputs extends Pick<ClientInputs, 'dataset' | 'shuffle'> {
  readonly weights: WeightOutputs;
  readonly hparams: Hparams<Output>;
  /** The optimizer's slots: fresh ones by default. */
  readonly slots?: Slots<Output>;
  /** Whether the slots stay as they are whatever the steps (Mime). */
  readonly frozen?: boolean;
  readonly correction?: Correction;
}

/** What a training ends with. */
export interface Trained {
  readonly weights: WeightOutputs;
  readonly metrics: UnfinalizedMetrics;
  /** The metrics before and after the training, where the option `localEvaluation` says so. */
  readonly evaluated: LocallyEvaluated;
  /** The data as it was gone through. */
  readonly dataset: DatasetInputs;
}

/** What changes from step to step. */
type Variables = {
  readonly weights: readonly Output[];
  readonly nonTrainable: readonly Output[];
  readonly carried: readonly Output[];
  readonly slots: Slots<Output>;
  readonly metrics: readonly Output[];
};

/** Training of one model with one optimizer. */
export class LocalTraining {
  readonly optimizer: Optimizer;
  /** The optimizer's hyper-parameters, without a rate that is scheduled. */
  readonly hparams: Hparams<number>;
  /** What is left of a client's data where some is for validation. */
  readonly data: LocalEvaluation['split'];
  readonly #model: AnyFederatedModel;
  readonly #metrics: TrainingMetrics;
  readonly #evaluation: LocalEvaluation;
  readonly #options: TrainingOptions;
  readonly #tracksNonTrainable: boolean;

  /**
   * @param tracksNonTrainable Whether to carry weights that are not trained from step to step: else every step has the first ones.
   * @throws TypeError, ValueError for options of the wrong kind or out of range
   */
  constructor(model: AnyFederatedModel, optimizer: Optimizer, options: TrainingOptions, tracksNonTrainable = false) {
    const { clientLearningRate, localSteps, maxGradientNorm, metricsAggregator, localEvaluation } = options;
    const { learningRate, ...others } = optimizer.hparams;
    if (clientLearningRate !== undefined) {
      checkSchedule('clientLearningRate', clientLearningRate);
      if (learningRate === undefined)
        throw new ValueError(
          '`clientLearningRate` needs a client optimizer with a learning rate of its own, received one that is scheduled already, or has several rates',
        );
    }
    if (localSteps !== undefined) checkInteger('localSteps', localSteps, { min: 1, max: 2 ** 31 - 1 });
    if (maxGradientNorm !== undefined) checkNumber('maxGradientNorm', maxGradientNorm, { min: 0, exclusive: true });
    this.optimizer = optimizer;
    this.hparams = clientLearningRate === undefined ? optimizer.hparams : others;
    this.#model = model;
    this.#metrics = new TrainingMetrics(model, metricsAggregator);
    this.#evaluation = new LocalEvaluation(model, metricsAggregator, localEvaluation);
    this.data = this.#evaluation.split;
    this.#options = options;
    this.#tracksNonTrainable = tracksNonTrainable;
  }

  /** The state before the first round: the hyper-parameters, and what the metrics aggregator knows. */
  initialize(graph: Graph): Record<string, Tree<Output>> {
    return { ...this.initialHparams(graph), ...this.#metrics.initialize(graph), ...this.#evaluation.initialize(graph) };
  }

  /** The hyper-parameters before the first round. */
  initialHparams(graph: Graph): Hparams<Output> {
    return Object.fromEntries(Object.entries(this.hparams).map(([name, value]) => [name, graph.constant(value, 'float32')]));
  }

  /** The hyper-parameters of a round, from the client work's state. */
  hparamsIn(state: Tree<Output>, round: Output): Hparams<Output> {
    const own = Object.fromEntries(Object.keys(this.hparams).map((name) => [name, (state as Record<string, Output>)[name] as Output]));
    const { clientLearningRate } = this.#options;
    return clientLearningRate === undefined ? own : { ...own, learningRate: rateOf(clientLearningRate, round) };
  }

  /** What a client contributes to the metrics, with whatever else is combined over the clients (guarded already), by names of one's own. */
  collected(
    inputs: Pick<ClientInputs, 'state' | 'random'>,
    { metrics, evaluated }: Trained,
    guard: Guard,
    more?: Readonly<Record<string, Contribution>>,
  ): Contribution {
    return this.#metrics.collected(inputs, metrics, guard, { ...more, ...this.#evaluation.collected(inputs, evaluated, guard) });
  }

  /** The next state, and the metrics of the client work: those of the model, the rate where it is scheduled, and others. */
  server(
    inputs: Pick<ServerInputs, 'state' | 'collected' | 'round'>,
    more: Readonly<Record<string, Tree<Output>>> = {},
  ): ReturnType<TrainingMetrics['server']> {
    const { clientLearningRate } = this.#options;
    const { state, metrics } = this.#metrics.server(inputs);
    const evaluated = this.#evaluation.server(inputs);
    const rate = clientLearningRate === undefined ? {} : { clientLearningRate: rateOf(clientLearningRate, inputs.round) };
    return { state: { ...state, ...evaluated.state }, metrics: { ...metrics, ...evaluated.metrics, ...rate, ...more } };
  }

  /** Trains: one step per batch. */
  run({ dataset: given, shuffle, weights, hparams, slots, frozen = false, correction }: TrainingInputs): Trained {
    const { optimizer } = this;
    const { definition } = this.#model;
    const { localSteps, maxGradientNorm } = this.#options;
    const { trainableVariables: trainable, nonTrainableVariables: nonTrainable, carriedVariables: carried = [] } = definition;
    const { graph } = given.seed;
    const dataset = localSteps === undefined ? given : inSteps(given, localSteps);
    const metrics = new LoopMetrics(definition.metrics);
    const initial: Variables = {
      weights: [...weights.trainable],
      nonTrainable: this.#tracksNonTrainable ? [...weights.nonTrainable] : [],
      carried: carried.map((v) => graph.constant(v.initialValue(), v.dtype)),
      slots: slots ?? optimizer.slots(graph, specsOf(trainable), trainable),
      metrics: metrics.initial(graph),
    };
    const unroll = stepsPerIteration(trainable);
    const final = overBatches(
      dataset,
      { shuffle, unroll },
      initial,
      (batch, { weights: w, nonTrainable: n, carried: c, slots: s, metrics: m }, seed) => {
        const step = w[0]?.graph ?? graph;
        const context = (current: readonly Output[]): Context => {
          const others = this.#tracksNonTrainable ? n : weights.nonTrainable;
          const values = new Map([
            ...bindings(trainable, current),
            ...bindings(nonTrainable, others),
            ...bindings(carried, c),
            ...metrics.bind(step, m),
          ]);
          return new Context(step, { training: true, seed, values });
        };
        const ctx = context(w);
        const loss = definition.forward(ctx, batch.x, batch.y, batch.sampleWeight).loss as Output;
        // Where the optimizer steps from: a layer may have changed its weights in the forward pass (spectral normalisation).
        const at = trainable.map((v) => ctx.read(v));
        const after = {
          nonTrainable: n.map((_, i) => ctx.read(nonTrainable[i] as Variable)),
          carried: carried.map((v) => ctx.read(v)),
          metrics: metrics.read(ctx),
        };
        const isChanged = correction !== undefined || maxGradientNorm !== undefined;
        const rate = isChanged ? null : optimizer.plainRate(hparams);
        if (rate !== null) {
          const scaled = gradients([loss], w, [rate]);
          const moved = at.map((value, i) => (scaled[i] == null ? value : descended(value, scaled[i])));
          return { weights: constrained(trainable, moved, scaled), slots: s, ...after };
        }
        const change = (found: readonly (Output | null)[]): (Output | null)[] => {
          const clipped = maxGradientNorm === undefined ? found : clipTogether(found, maxGradientNorm);
          if (correction === undefined) return clipped.map((g) => g && optimizer.scaleLoss(g, s));
          const gradientsAt = (others: readonly Output[]): (Output | null)[] => {
            // What is made of weights alone, such as a regulariser, must be made here, where gradients are taken.
            const own = others.map((value) => step.own(value));
            return gradients([definition.forward(context(own), batch.x, batch.y, batch.sampleWeight).loss as Output], own);
          };
          const corrected = correction({ weights: at, gradientsAt });
          return clipped.map((g, i) => g && optimizer.scaleLoss(corrected(g, i), s));
        };
        const found = isChanged ? change(gradients([loss], w)) : gradients([optimizer.scaleLoss(loss, s)], w);
        const next = optimizer.step(hparams, s, at, found, trainable);
        return { weights: constrained(trainable, next.weights, found), slots: frozen ? s : next.slots, ...after };
      },
    );
    const trained = frozen ? final.weights : optimizer.finalize(final.slots, final.weights, trainable);
    const ended = { trainable: trained, nonTrainable: this.#tracksNonTrainable ? final.nonTrainable : weights.nonTrainable };
    return {
      weights: ended,
      metrics: metrics.complete(final.metrics, dataset.schedule),
      evaluated: this.#evaluation.measured({ before: weights, after: ended }, given),
      dataset,
    };
  }
}

/** The gradients together no longer than a limit. */
function clipTogether(found: readonly (Output | null)[], limit: number): (Output | null)[] {
  const some = found.filter((g) => g !== null);
  const norm = globalNorm(some, 2);
  const clipped = clipByNorm(some, norm, norm.graph.constant(limit, 'float32')) as Output[];
  let next = 0;
  return found.map((g) => (g === null ? null : (clipped[next++] as Output)));
}

// Measured with softmax regression (7,850 weights, 6 steps): three steps per iteration take 20 % off a client's time. A model whose kernels
// take a millisecond gains nothing, and would pay for the larger graph when it is compiled.
const UNROLL = 3;

/** Several steps per iteration for a model so small that the loop's own cost counts. */
const stepsPerIteration = (trainable: readonly Variable[]): number =>
  trainable.reduce((n, v) => n + v.size, 0) <= SMALL_MODEL ? UNROLL : 1;
