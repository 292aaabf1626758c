/** Evaluation: the client work that changes nothing and reports metrics (`build_fed_eval`). */
import type { Output } from '../graph/graph.js';
import { checkMetricsAggregator, type MetricsAggregator, reportedBeside } from '../metrics/metrics-aggregator.js';
import { sumThenFinalize } from '../metrics/sum-then-finalize.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import type { Tree } from '../tree.js';
import type { ClientWork } from './client-work.js';
import { evaluate } from './inference.js';

/** Options of every algorithm whose clients evaluate. */
export interface EvaluationOptions {
  /** How the clients' metrics are combined, in a round and over all of them; `metrics.sumThenFinalize()` by default. */
  readonly metricsAggregator?: MetricsAggregator | undefined;
}
export const EVALUATION_OPTIONS = ['metricsAggregator'] as const;

/** What is known of the clients of all rounds. */
interface State {
  readonly metricsAggregator: Tree<Output>;
  readonly total: Tree<Output>;
}

/**
 * Makes the client work of federated evaluation: a forward pass in inference mode over every batch.
 *
 * The state holds what is known of the metrics of all rounds.
 *
 * @throws TypeError for an option of the wrong kind
 */
export function evalClientWork(model: AnyFederatedModel, { metricsAggregator }: EvaluationOptions = {}): ClientWork {
  const { definition } = model;
  const aggregator = checkMetricsAggregator('metricsAggregator', metricsAggregator ?? sumThenFinalize()).parts(definition.metrics);
  return {
    model,
    hparams: {},
    updateSpecs: [],
    initialize: (graph) => ({ metricsAggregator: aggregator.initialize(graph), total: aggregator.none(graph) }),
    client: (inputs) => {
      const { graph } = inputs.dataset.seed;
      const own = { values: evaluate(model, inputs), isCounted: graph.constant(true, 'bool') };
      const { metricsAggregator: known } = inputs.state as unknown as State;
      return { update: [], weight: graph.constant(1, 'float32'), collected: aggregator.client(known, own, inputs.random) };
    },
    server: ({ state, collected }) => {
      const { metricsAggregator: known, total } = state as unknown as State;
      const { graph } = collected.count;
      const step = aggregator.server(known, collected);
      const all = aggregator.merge(total, step.summary);
      return {
        state: { metricsAggregator: step.state, total: all },
        metrics: {
          eval: {
            currentRoundMetrics: reportedBeside(aggregator.report(step.summary, graph), step.measurements),
            totalRoundsMetrics: aggregator.report(all, graph),
          },
        },
      };
    },
  };
}
