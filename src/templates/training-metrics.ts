/** The metrics of training: from what clients have measured to what a round reports. */
import type { Combined, Contribution } from '../aggregators/aggregator.js';
import { beside } from '../aggregators/randomness.js';
import type { Graph, Output } from '../graph/graph.js';
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
import type { ClientInputs, ServerInputs } from './client-work.js';
import { type Guard, NON_FINITE } from './guard.js';

/** By names: parts of a state, and metrics. */
type Named = Readonly<Record<string, Tree<Output>>>;

/** The part of the client work's state that is the metrics aggregator's. */
interface MetricsState {
  readonly metricsAggregator: Tree<Output>;
}

/** The metrics of one model, in a client work whose state is a dictionary. */
export class TrainingMetrics {
  readonly #parts: MetricsAggregatorParts;

  /** @throws TypeError for an option `metricsAggregator` that is none */
  constructor({ definition }: AnyFederatedModel, aggregator: MetricsAggregator = sumThenFinalize()) {
    this.#parts = checkMetricsAggregator('metricsAggregator', aggregator).parts(definition.metrics);
  }

  /** A part of the state before the first round. */
  initialize(graph: Graph): Named {
    return { metricsAggregator: this.#parts.initialize(graph) };
  }

  /** What a client contributes, with whatever else is combined over the clients (guarded already), by names of one's own. */
  collected(
    { state, random }: Pick<ClientInputs, 'state' | 'random'>,
    metrics: UnfinalizedMetrics,
    guard: Guard,
    more: Readonly<Record<string, Contribution>> = {},
  ): Contribution {
    const values = mapTree(metrics as Tree<Output>, (x) => guard.unless(x)) as UnfinalizedMetrics;
    const { metricsAggregator } = state as unknown as MetricsState;
    const train = this.#parts.client(metricsAggregator, { values, isCounted: guard.isPassed }, beside(random));
    return guard.collected({ ...more, train });
  }

  /** The next state, and the metrics. */
  server({ state, collected }: Pick<ServerInputs, 'state' | 'collected'>): { readonly state: Named; readonly metrics: Named } {
    const { train: sum, [NON_FINITE]: nonFinite } = collected.sum as Record<'train' | typeof NON_FINITE, Tree<Output>>;
    const { train: stack } = collected.stack as Record<'train', Tree<Output>>;
    const combined: Combined = { sum, stack, count: collected.count, random: beside(collected.random) };
    const step = this.#parts.server((state as unknown as MetricsState).metricsAggregator, combined);
    const metrics = this.#parts.report(step.summary, collected.count.graph);
    return {
      state: { ...(state as Named), metricsAggregator: step.state },
      metrics: { train: reportedBeside(metrics, { ...step.measurements, [NON_FINITE]: nonFinite }) },
    };
  }
}
