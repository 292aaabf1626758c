/** A client's gradient over all of its data at the weights that it is given: the message of FedSGD, and a part of Mime's. */
import { Context } from '../graph/context.js';
import { gradients } from '../graph/gradients.js';
import type { Output } from '../graph/graph.js';
import { zerosLike } from '../graph/ops/array.js';
import { add, cast, div, mul } from '../graph/ops/math.js';
import type { UnfinalizedMetrics } from '../metrics/metrics-aggregator.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import { flatten } from '../tree.js';
import { batchRows, overBatches } from './batches.js';
import { bindings, type ClientInputs } from './client-work.js';
import { LoopMetrics } from './metrics.js';

/** What a pass without steps gives. */
export interface FullGradient {
  /** The mean over the examples, for each trainable variable; zeros for one that the loss does not depend on. */
  readonly gradient: readonly Output[];
  readonly metrics: UnfinalizedMetrics;
}

/** The gradient over all batches, in training mode; every batch has the same weights, trained or not. */
export function fullGradient(
  { definition }: AnyFederatedModel,
  { dataset, shuffle, weights }: Pick<ClientInputs, 'dataset' | 'shuffle' | 'weights'>,
): FullGradient {
  const { trainableVariables: trainable, nonTrainableVariables: nonTrainable, carriedVariables: carried = [] } = definition;
  const { graph } = dataset.seed;
  const metrics = new LoopMetrics(definition.metrics);
  const initial = {
    sum: weights.trainable.map(zerosLike),
    carried: carried.map((v) => graph.constant(v.initialValue(), v.dtype)),
    metrics: metrics.initial(graph),
  };
  const total = cast(dataset.schedule.examples, 'float32');
  const final = overBatches(dataset, { shuffle, unroll: 1 }, initial, (batch, { sum, carried: c, metrics: m }, seed) => {
    const step = (flatten(batch.x)[0] as Output).graph;
    // What is made of weights alone, such as a regulariser, must be made here, where gradients are taken.
    const own = weights.trainable.map((w) => step.own(w));
    const values = new Map([
      ...bindings(trainable, own),
      ...bindings(nonTrainable, weights.nonTrainable),
      ...bindings(carried, c),
      ...metrics.bind(step, m),
    ]);
    const ctx = new Context(step, { training: true, seed, values });
    const loss = definition.forward(ctx, batch.x, batch.y, batch.sampleWeight).loss as Output;
    const share = div(cast(batchRows(batch.x), 'float32'), total);
    const found = gradients([mul(loss, cast(share, loss.dtype))], own);
    return {
      sum: sum.map((s, i) => (found[i] == null ? s : add(s, found[i]))),
      carried: carried.map((v) => ctx.read(v)),
      metrics: metrics.read(ctx),
    };
  });
  return { gradient: final.sum, metrics: metrics.complete(final.metrics, dataset.schedule) };
}
