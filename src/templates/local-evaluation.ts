/** Metrics of a client's model before and after its training of a round, on the client's own data (pfl-research's `TrainMetricName`). */
import type { Combined, Contribution } from '../aggregators/aggregator.js';
import { beside, type Randomness, splitSeed } from '../aggregators/randomness.js';
import type { Graph, Output } from '../graph/graph.js';
import { minimum } from '../graph/ops/math.js';
import {
  checkMetricsAggregator,
  type MetricsAggregator,
  type MetricsAggregatorParts,
  reportedBeside,
  type UnfinalizedMetrics,
} from '../metrics/metrics-aggregator.js';
import { sumThenFinalize } from '../metrics/sum-then-finalize.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import { mapTree, type Tree } from '../tree.js';
import { checkOneOf, checkOptions } from '../validate.js';
import { type DatasetInputs, inBatches } from './batches.js';
import type { ClientInputs, ServerInputs, WeightOutputs } from './client-work.js';
import type { Guard } from './guard.js';
import { evaluate } from './inference.js';
import { VALIDATION_SPLIT_OPTIONS, type ValidationSplitOptions, validationSplit } from './validation-split.js';

/** When clients evaluate their models. */
export type LocalEvaluationTime = 'before' | 'after' | 'both';

/** Keeps a part of each client's data from training, to evaluate what the client learns from the rest. */
export interface LocalEvaluationOptions extends ValidationSplitOptions {
  /** When clients evaluate both parts; `both` by default. */
  readonly when?: LocalEvaluationTime;
}

type Moment = 'beforeTraining' | 'afterTraining' | 'validationBeforeTraining' | 'validationAfterTraining';
const MOMENTS: Readonly<Record<LocalEvaluationTime, readonly Moment[]>> = {
  before: ['beforeTraining', 'validationBeforeTraining'],
  after: ['afterTraining', 'validationAfterTraining'],
  both: ['beforeTraining', 'validationBeforeTraining', 'afterTraining', 'validationAfterTraining'],
};
const isOfValidation = (moment: Moment): boolean => moment.startsWith('validation');
const isBefore = (moment: Moment): boolean => moment === 'beforeTraining' || moment === 'validationBeforeTraining';

/** What a client has measured at each moment. */
export type LocallyEvaluated = Readonly<Partial<Record<Moment, UnfinalizedMetrics>>>;
/** By moment: parts of a state, of what is combined, or metrics. */
type ByMoment = Readonly<Record<string, Tree<Output>>>;
/** The part of the client work's state that is the metrics aggregator's for each moment. */
interface State {
  readonly localEvaluation: ByMoment;
}

/** The evaluations of one model, in a client work whose state is a dictionary. */
export class LocalEvaluation {
  readonly #model: AnyFederatedModel;
  readonly #parts: MetricsAggregatorParts;
  readonly #moments: readonly Moment[];
  /** What leaves a client's data for training, and has the rest as `validation`; none where all of it is trained with. */
  readonly split: ReturnType<typeof validationSplit> | undefined;

  /** @throws TypeError, ValueError for options of the wrong kind or out of range */
  constructor(
    model: AnyFederatedModel,
    aggregator: MetricsAggregator = sumThenFinalize(),
    options?: LocalEvaluationTime | LocalEvaluationOptions,
  ) {
    this.#model = model;
    this.#parts = checkMetricsAggregator('metricsAggregator', aggregator).parts(model.definition.metrics);
    const momentsOf = (name: string, time: unknown): readonly Moment[] => MOMENTS[checkOneOf(name, time, ['before', 'after', 'both'])];
    if (typeof options === 'object' && options !== null) {
      checkOptions('localEvaluation', options, ['when', ...VALIDATION_SPLIT_OPTIONS]);
      const { when = 'both', ...sizes } = options;
      this.#moments = momentsOf('localEvaluation.when', when);
      this.split = validationSplit('localEvaluation', sizes);
    } else this.#moments = options === undefined ? [] : momentsOf('localEvaluation', options).filter((moment) => !isOfValidation(moment));
  }

  /** A part of the state before the first round. */
  initialize(graph: Graph): Readonly<Record<string, Tree<Output>>> {
    return this.#moments.length === 0 ? {} : { localEvaluation: this.#each(() => this.#parts.initialize(graph)) };
  }

  /** Passes in inference mode over the data that a client trains with, and over what is kept for validation, each example taken once. */
  measured(weights: Readonly<Record<'before' | 'after', WeightOutputs>>, given: DatasetInputs): LocallyEvaluated {
    const once = (part: DatasetInputs): DatasetInputs => inBatches(part, minimum(part.schedule.stepsPerEpoch, part.schedule.batches));
    return this.#each((moment) => {
      const dataset = once(isOfValidation(moment) ? (given.validation as DatasetInputs) : given);
      return evaluate(this.#model, { weights: isBefore(moment) ? weights.before : weights.after, dataset, shuffle: false });
    });
  }

  /** What a client contributes, by names for `Guard.collected`. */
  collected(
    { state, random }: Pick<ClientInputs, 'state' | 'random'>,
    measured: LocallyEvaluated,
    guard: Guard,
  ): Readonly<Record<string, Contribution>> {
    if (this.#moments.length === 0) return {};
    const { localEvaluation } = state as unknown as State;
    const randoms = this.#randoms(random);
    return this.#each((moment) => {
      const values = mapTree(measured[moment] as Tree<Output>, (x) => guard.unless(x)) as UnfinalizedMetrics;
      const own = localEvaluation[moment] as Tree<Output>;
      return this.#parts.client(own, { values, isCounted: guard.isPassed }, randoms[moment] as Randomness);
    });
  }

  /** Parts of the next state, and the metrics of each moment. */
  server({ state, collected }: Pick<ServerInputs, 'state' | 'collected'>): { readonly state: ByMoment; readonly metrics: ByMoment } {
    if (this.#moments.length === 0) return { state: {}, metrics: {} };
    const { localEvaluation } = state as unknown as State;
    const { count } = collected;
    const randoms = this.#randoms(collected.random);
    const of = (tree: Tree<Output>, moment: Moment): Tree<Output> => (tree as ByMoment)[moment] as Tree<Output>;
    const steps = this.#each((moment) => {
      const combined: Combined = {
        sum: of(collected.sum, moment),
        stack: of(collected.stack, moment),
        count,
        random: randoms[moment] as Randomness,
      };
      return this.#parts.server(localEvaluation[moment] as Tree<Output>, combined);
    });
    return {
      state: { localEvaluation: this.#each((moment) => steps[moment].state) },
      metrics: this.#each((moment) => {
        const { summary, measurements } = steps[moment];
        return reportedBeside(this.#parts.report(summary, count.graph), measurements);
      }),
    };
  }

  /** What may be foreseen is that of the training's metrics, so that samples are of the same clients; what hides a client's numbers is not. */
  #randoms(random: Randomness): Readonly<Record<Moment, Randomness>> {
    const { seed, secret } = beside(random);
    const further = splitSeed(beside({ seed, secret }).secret, this.#moments.length);
    return this.#each((moment) => ({ seed, secret: further[this.#moments.indexOf(moment)] as Output }));
  }

  #each<T>(fn: (moment: Moment) => T): Readonly<Record<Moment, T>> {
    return Object.fromEntries(this.#moments.map((moment) => [moment, fn(moment)])) as Record<Moment, T>;
  }
}
