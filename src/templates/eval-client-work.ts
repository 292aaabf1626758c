/** Evaluation: the client work that changes nothing and reports metrics (`build_fed_eval`). */
import type { Output } from '../graph/graph.js';
import { add } from '../graph/ops/math.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import type { ClientWork } from './client-work.js';
import { evaluate } from './inference.js';
import { finalizeMetrics, type UnfinalizedMetrics } from './metrics.js';

/**
 * Makes the client work of federated evaluation: a forward pass in inference mode over every batch.
 *
 * The state holds the metrics' unfinalized sums over all rounds.
 */
export function evalClientWork(model: AnyFederatedModel): ClientWork {
  const { definition } = model;
  return {
    model,
    hparams: {},
    updateSpecs: [],
    initialize: (graph) => definition.metrics.map(({ variables }) => variables.map((v) => graph.constant(v.initialValue(), v.dtype))),
    client: (inputs) => ({
      update: [],
      weight: inputs.dataset.seed.graph.constant(1, 'float32'),
      collected: { sum: evaluate(model, inputs) as Tree<Output> },
    }),
    server: ({ state, collected }) => {
      const summed = collected.sum;
      const totals = flatten(state).map((total, i) => add(total, flatten(summed)[i] as Output));
      const total = unflatten(state, totals);
      const { graph } = flatten(summed)[0] as Output;
      const finalize = (values: Tree<Output>): Record<string, Output> =>
        finalizeMetrics(definition.metrics, values as UnfinalizedMetrics, graph);
      return { state: total, metrics: { eval: { currentRoundMetrics: finalize(summed), totalRoundsMetrics: finalize(total) } } };
    },
  };
}
