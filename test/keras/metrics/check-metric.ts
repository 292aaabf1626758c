/** The test of a metric in three lines: value and variables, config, and clients' sums that give the pooled value. */
import { expect } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import { add } from '../../../src/graph/ops/math.js';
import { deserialize, type Metric } from '../../../src/keras/metrics/index.js';
import { type Tensor, type TensorData, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { anyRows } from '../losses/check-loss.js';

export interface MetricBatch {
  readonly yTrue: TensorData;
  readonly yPred: TensorData;
  readonly sampleWeight?: TensorData;
  /** The mask that a layer has put on the predictions. */
  readonly mask?: TensorData;
}

export interface MetricCase {
  readonly metric: Metric;
  /** What the metric is updated with, batch after batch. */
  readonly batches: readonly MetricBatch[];
  /** What Keras's `result()` is then. */
  readonly expected: number | readonly unknown[];
  /** Keras's variables then, in its order: name and value. */
  readonly variables?: Readonly<Record<string, number | readonly unknown[]>>;
}

const close = (actual: Tensor, expected: TensorData, what: string): void => {
  const e = tensor(expected, undefined, 'float32');
  expect(actual.shape, what).toEqual(e.shape);
  Array.from(actual.data as ArrayLike<number>, Number).forEach((v, i) => {
    const want = Number(e.data[i]);
    if (Number.isNaN(want)) expect(v, what).toBeNaN();
    else expect(Math.abs(v - want), `${what}[${i}]: ${v}, expected ${want}`).toBeLessThanOrEqual(1e-6 + 1e-5 * Math.abs(want));
  });
};

/** The variables' values after the batches. */
export async function unfinalized(metric: Metric, batches: readonly MetricBatch[]): Promise<Tensor[]> {
  const spec = (data: TensorData) => anyRows(tensor(data));
  const [first] = batches as [MetricBatch];
  metric.build(spec(first.yTrue), spec(first.yPred));
  let state = metric.variables.map((v) => v.initialValue());
  for (const { yTrue, yPred, sampleWeight, mask } of batches) {
    const optional = [sampleWeight, mask].flatMap((x) => (x === undefined ? [] : [tensor(x)]));
    const inputs = [state, [tensor(yTrue), tensor(yPred), ...optional]];
    const specs = [metric.variables.map((v) => v.spec), (inputs[1] as Tensor[]).map(anyRows)];
    const computation = Computation.compile<Tensor[]>(specs, (feeds, graph) => {
      const [values, [t, p, ...rest]] = feeds as [Output[], [Output, Output, ...Output[]]];
      const ctx = new Context(graph, { training: false, values: new Map(metric.variables.map((v, i) => [v, values[i] as Output])) });
      const weight = sampleWeight === undefined ? undefined : rest.shift();
      ctx.setMask(p, rest.shift());
      metric.update(ctx, t, p, weight);
      return metric.variables.map((v) => ctx.read(v));
    });
    state = await computation.run(inputs);
    computation.dispose();
  }
  return state;
}

/** The metric's value from its variables, summed over clients. */
export async function finalize(metric: Metric, ...clients: readonly Tensor[][]): Promise<Tensor> {
  const specs = clients.map((client) => client.map((t) => tensorSpec(t.shape, t.dtype)));
  const computation = Computation.compile<[Tensor]>(specs, (feeds, graph) => {
    const totals = (feeds as Output[][]).reduce((a, b) => a.map((x, i) => add(x, b[i] as Output)));
    const values = new Map(metric.variables.map((v, i) => [v, totals[i] as Output]));
    return [metric.result(new Context(graph, { training: false, values }))];
  });
  const [value] = await computation.run(clients);
  computation.dispose();
  return value;
}

/** Checks that a metric gives Keras's value and variables, comes back from its config, and that sums over clients give the pooled value. */
export async function checkMetric({ metric, batches, expected, variables }: MetricCase): Promise<void> {
  const state = await unfinalized(metric, batches);
  close(await finalize(metric, state), expected as TensorData, 'result');
  if (variables !== undefined) {
    expect(metric.variables.map((v) => v.name)).toEqual(Object.keys(variables));
    Object.entries(variables).forEach(([name, value], i) => close(state[i] as Tensor, value as TensorData, name));
  }

  const config = metric.serialize('keras.metrics');
  const again = deserialize(JSON.parse(JSON.stringify(config)));
  expect(again.serialize('keras.metrics')).toEqual(config);
  close(await finalize(again, await unfinalized(again, batches)), expected as TensorData, 'result after the config');

  const clients = await Promise.all(batches.map((batch) => unfinalized(metric, [batch])));
  close(await finalize(metric, ...clients), expected as TensorData, 'result of the clients');
}
