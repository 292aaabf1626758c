/**
 * Local training with an optimizer: the client work of FedAvg.
 *
 * Every client starts from the server's weights with a fresh optimizer, makes one step per batch, and sends `initial − final` weights.
 * Non-trainable weights are sent to clients and never come back: the server keeps its own, as in TFF.
 */
import { Context } from '../graph/context.js';
import { gradients } from '../graph/gradients.js';
import type { Output } from '../graph/graph.js';
import { zerosLike } from '../graph/ops/array.js';
import { add, cast, finite, logicalAnd, sub, where } from '../graph/ops/math.js';
import { all } from '../graph/ops/reduce.js';
import type { Hparams, Optimizer, Slots } from '../keras/optimizers/optimizer.js';
import type { FederatedModel } from '../models/federated-model.js';
import { mapTree, type Tree } from '../tree.js';
import { overBatches } from './batches.js';
import { bindings, type ClientInputs, type ClientResult, type ClientWeighting, type ClientWork } from './client-work.js';
import { initialMetrics, metricsServer, NON_FINITE, type UnfinalizedMetrics } from './metrics.js';

/** What changes from step to step. */
type Variables = {
  readonly weights: readonly Output[];
  readonly slots: Slots<Output>;
  readonly metrics: UnfinalizedMetrics;
  readonly examples: Output;
};

/** Makes the client work of FedAvg. */
export function modelDeltaClientWork(model: FederatedModel, optimizer: Optimizer, weighting: ClientWeighting): ClientWork {
  const { definition } = model;
  const trainable = definition.trainableVariables;
  const nonTrainable = definition.nonTrainableVariables;
  const local = definition.metrics.flatMap((m) => m.variables);
  const names = Object.keys(optimizer.hparams);

  const client = ({ state, weights, dataset, shuffle }: ClientInputs): ClientResult => {
    const { graph } = dataset.schedule;
    const hparams = Object.fromEntries(names.map((name) => [name, (state as Record<string, Output>)[name] as Output])) as Hparams<Output>;
    const slots = optimizer.slots(
      graph,
      trainable.map((v) => v.spec),
    );
    const initial = {
      weights: [...weights.trainable],
      slots: slots as Tree<Output>,
      metrics: initialMetrics(graph, definition.metrics),
      examples: graph.constant(0n, 'int64', []),
    };
    const final = overBatches(dataset, shuffle, initial as Variables, (batch, { weights: w, slots: s, metrics: m, examples }, seed) => {
      const values = new Map([...bindings(trainable, w), ...bindings(nonTrainable, weights.nonTrainable), ...bindings(local, m.flat())]);
      const ctx = new Context(examples.graph, { training: true, seed, values });
      const { loss, numExamples } = definition.forward(ctx, batch.x, batch.y);
      const step = optimizer.step(hparams, s, w, gradients([loss as Output], w), trainable);
      return {
        weights: step.weights,
        slots: step.slots,
        metrics: definition.metrics.map(({ variables }) => variables.map((v) => ctx.read(v))),
        examples: add(examples, numExamples),
      };
    });
    const update = trainable.map((_, i) => sub(weights.trainable[i] as Output, final.weights[i] as Output));
    return guarded(update, weighting === 'uniform' ? graph.constant(1, 'float32') : cast(final.examples, 'float32'), final.metrics);
  };

  return {
    model,
    hparams: optimizer.hparams,
    initialize: (graph) =>
      Object.fromEntries(Object.entries(optimizer.hparams).map(([name, value]) => [name, graph.constant(value, 'float32')])),
    client,
    server: metricsServer(definition.metrics),
  };
}

/**
 * A client whose update is not finite counts as if it had not taken part: update, weight and metrics are zero, and it is counted.
 */
function guarded(update: readonly Output[], weight: Output, metrics: UnfinalizedMetrics): ClientResult {
  const ok = update.map((u) => all(finite(u))).reduce((a, b) => logicalAnd(a, b));
  const unlessOk = (x: Output): Output => where(ok, x, zerosLike(x));
  return {
    update: update.map(unlessOk),
    weight: unlessOk(weight),
    metrics: {
      train: mapTree(metrics as Tree<Output>, unlessOk),
      [NON_FINITE]: where(ok, ok.graph.constant(0, 'int32'), ok.graph.constant(1, 'int32')),
    },
  };
}
