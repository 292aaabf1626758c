/** A pass over a client's data in inference mode: what evaluation, and algorithms that ask for losses, are made of. */
import { Context } from '../graph/context.js';
import type { Graph, Output } from '../graph/graph.js';
import { add, cast, div, mul } from '../graph/ops/math.js';
import type { Variable } from '../graph/variable.js';
import type { UnfinalizedMetrics } from '../metrics/metrics-aggregator.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import { flatten } from '../tree.js';
import { batchRows, type DatasetInputs, once, overBatches } from './batches.js';
import { bindings, type ClientInputs, type WeightOutputs } from './client-work.js';
import { LoopMetrics } from './metrics.js';

type Inputs = Pick<ClientInputs, 'weights' | 'dataset' | 'shuffle'>;

/** Values that change from batch to batch. */
interface Running {
  readonly initial: readonly Output[];
  /** The metrics' variables for a batch, which a forward pass updates. */
  readonly bind: (graph: Graph, values: readonly Output[]) => [Variable, Output][];
  /** The values after a batch of `rows` examples. */
  readonly next: (ctx: Context, values: readonly Output[], batch: { readonly loss: Output; readonly rows: Output }) => readonly Output[];
}

function overForward({ definition }: AnyFederatedModel, { weights, dataset, shuffle }: Inputs, running: Running): readonly Output[] {
  const { graph } = dataset.seed;
  const { trainableVariables, nonTrainableVariables, carriedVariables: carried = [] } = definition;
  const fixed = [...bindings(trainableVariables, weights.trainable), ...bindings(nonTrainableVariables, weights.nonTrainable)];
  const initial: readonly [readonly Output[], readonly Output[]] = [
    running.initial,
    carried.map((v) => graph.constant(v.initialValue(), v.dtype)),
  ];
  const [values] = overBatches(dataset, { shuffle, unroll: 1 }, initial, (batch, [before, states], seed) => {
    const step = (flatten(batch.x)[0] as Output).graph;
    const known = [...fixed, ...bindings(carried, states), ...running.bind(step, before)];
    const ctx = new Context(step, { training: false, seed, values: new Map(known) });
    const loss = definition.forward(ctx, batch.x, batch.y, batch.sampleWeight).loss as Output;
    return [running.next(ctx, before, { loss, rows: batchRows(batch.x) }), carried.map((v) => ctx.read(v))];
  });
  return values;
}

/** The metrics over all batches. */
export function evaluate(model: AnyFederatedModel, inputs: Inputs): UnfinalizedMetrics {
  const metrics = new LoopMetrics(model.definition.metrics);
  const values = overForward(model, inputs, {
    initial: metrics.initial(inputs.dataset.seed.graph),
    bind: (graph, before) => metrics.bind(graph, before),
    next: (ctx) => metrics.read(ctx),
  });
  return metrics.complete(values, inputs.dataset.schedule);
}

/** The mean loss of the examples, each taken once, regularisers included: a `float32` scalar. */
export function meanLoss(model: AnyFederatedModel, weights: WeightOutputs, given: DatasetInputs): Output {
  const dataset = once(given);
  const metrics = new LoopMetrics(model.definition.metrics);
  const [total] = overForward(
    model,
    { weights, dataset, shuffle: false },
    {
      initial: [dataset.seed.graph.constant(0, 'float32')],
      bind: (graph) => metrics.bind(graph, metrics.initial(graph)),
      next: (_, [sum], { loss, rows }) => [add(sum as Output, mul(cast(loss, 'float32'), cast(rows, 'float32')))],
    },
  );
  return div(total as Output, cast(dataset.schedule.examples, 'float32'));
}
