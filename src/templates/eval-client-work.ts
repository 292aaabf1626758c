/** Evaluation: the client work that changes nothing and reports metrics (`build_fed_eval`). */
import { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { add } from '../graph/ops/math.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { overBatches } from './batches.js';
import { bindings, type ClientWork } from './client-work.js';
import { finalizeMetrics, LoopMetrics, type UnfinalizedMetrics } from './metrics.js';

/**
 * Makes the client work of federated evaluation: a forward pass in inference mode over every batch.
 *
 * The state holds the metrics' unfinalized sums over all rounds.
 */
export function evalClientWork(model: AnyFederatedModel): ClientWork {
  const { definition } = model;
  const metrics = new LoopMetrics(definition.metrics);
  return {
    model,
    hparams: {},
    updateSpecs: [],
    initialize: (graph) => definition.metrics.map(({ variables }) => variables.map((v) => graph.constant(v.initialValue(), v.dtype))),
    client: ({ weights, dataset, shuffle }) => {
      const { graph } = dataset.seed;
      const fixed = [
        ...bindings(definition.trainableVariables, weights.trainable),
        ...bindings(definition.nonTrainableVariables, weights.nonTrainable),
      ];
      const { carriedVariables: carried = [] } = definition;
      const initial: readonly [readonly Output[], readonly Output[]] = [
        metrics.initial(graph),
        carried.map((v) => graph.constant(v.initialValue(), v.dtype)),
      ];
      const [sums] = overBatches(dataset, { shuffle, unroll: 1 }, initial, (batch, [values, states], seed) => {
        const step = (flatten(batch.x)[0] as Output).graph;
        const known = [...fixed, ...bindings(carried, states), ...metrics.bind(step, values)];
        const ctx = new Context(step, { training: false, seed, values: new Map(known) });
        definition.forward(ctx, batch.x, batch.y, batch.sampleWeight);
        return [metrics.read(ctx), carried.map((v) => ctx.read(v))];
      });
      return {
        update: [],
        weight: graph.constant(1, 'float32'),
        collected: { sum: metrics.complete(sums, dataset.schedule) as Tree<Output> },
      };
    },
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
