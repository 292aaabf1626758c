/** The test of a metric in three lines: value and variables, weights, config, and clients' sums that give the pooled value. */

import { isFloating } from '../dtype.js';
import { Computation } from '../graph/computation.js';
import { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { add } from '../graph/ops/math.js';
import { specsOf } from '../graph/variable.js';
import { type Metric, metricRegistry } from '../keras/metrics/index.js';
import type { SerializableClass } from '../keras/serialization/registry.js';
import { type Tensor, type TensorData, tensor } from '../tensor.js';
import { tensorSpec } from '../tensor-spec.js';
import { anyRows } from './check-loss.js';
import { assertClose, assertEqual, assertNumbersClose, numbersOf } from './compare.js';

/** What a metric is updated with at once. */
export interface MetricBatch {
  readonly yTrue: TensorData;
  readonly yPred: TensorData;
  readonly sampleWeight?: TensorData;
  /** The mask that a layer has put on the predictions. */
  readonly mask?: TensorData;
}

/** A metric, batches, and what is known of the result. */
export interface MetricCase {
  readonly metric: Metric;
  /** What the metric is updated with, batch after batch. */
  readonly batches: readonly MetricBatch[];
  /** What Keras's `result()` is then. */
  readonly expected?: number | readonly unknown[];
  /** Keras's variables then, in its order: name and value. */
  readonly variables?: Readonly<Record<string, number | readonly unknown[]>>;
}

const close = (actual: Tensor, expected: TensorData, what: string): void => {
  const e = tensor(expected, undefined, 'float32');
  assertEqual(actual.shape, e.shape, `shape of ${what}`);
  assertNumbersClose(numbersOf(actual), numbersOf(e), what, { relative: 1e-5, absolute: 1e-6 });
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
    const specs = [specsOf(metric.variables), (inputs[1] as Tensor[]).map(anyRows)];
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

/** A metric of the same class and options, with none of the state. */
const remade = (metric: Metric, changed: Readonly<Record<string, unknown>> = {}): Metric =>
  metricRegistry.make(metric.constructor as unknown as SerializableClass<Metric>, {
    ...JSON.parse(JSON.stringify(metric.getConfig())),
    ...changed,
  });

/**
 * Checks a metric: its value and variables are the expected ones for batches of any size, its config brings it back, its variables summed over clients
 * give the value of all batches, and so do variables in `float64` where they are floating.
 *
 * @throws AssertionError saying what does not hold.
 */
export async function checkMetric({ metric, batches, expected, variables }: MetricCase): Promise<void> {
  const state = await unfinalized(metric, batches);
  const result = await finalize(metric, state);
  if (expected !== undefined) close(result, expected as TensorData, 'result');
  if (variables !== undefined) {
    assertEqual(
      metric.variables.map((v) => v.name),
      Object.keys(variables),
      'names of the variables',
    );
    Object.entries(variables).forEach(([name, value], i) => close(state[i] as Tensor, value as TensorData, name));
  }

  const again = remade(metric);
  assertEqual(again.getConfig(), metric.getConfig(), 'config of the copy that was made from the config');
  assertClose(await finalize(again, await unfinalized(again, batches)), result, 'result of the copy');

  const clients = await Promise.all(batches.map((batch) => unfinalized(metric, [batch])));
  assertClose(await finalize(metric, ...clients), result, 'result of the sums over clients');
  // What counts in whole numbers cuts the weights of examples, and would give another number.
  if (!metric.variables.every((v) => isFloating(v.dtype))) return;
  const wide = remade(metric, { dtype: 'float64' });
  assertNumbersClose(numbersOf(await finalize(wide, await unfinalized(wide, batches))), numbersOf(result), 'result in float64');
}
