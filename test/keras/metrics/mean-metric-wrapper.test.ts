import { expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import { sigmoid } from '../../../src/graph/ops/math.js';
import * as metrics from '../../../src/keras/metrics/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { anyRows } from '../../../src/testing/check-loss.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const steps = {
  yTrue: [
    [0, 2],
    [1, 2],
  ],
  yPred: [
    [
      [0.7, 0.2, 0.1],
      [0.1, 0.3, 0.6],
    ],
    [
      [0.3, 0.3, 0.4],
      [0.25, 0.35, 0.4],
    ],
  ],
  mask: [
    [true, true],
    [false, true],
  ],
};
const sampleWeight = [
  [1, 2],
  [3, 4],
];

// m.update_state(yTrue, yPred, sample_weight) with yPred._keras_mask = mask: m.result(), m.variables
test('the mask of the predictions weighs the values', async () => {
  const [accuracy, crossentropy] = [metrics.sparseCategoricalAccuracy(), metrics.sparseCategoricalCrossentropy()];
  await checkMetric({ metric: accuracy, batches: [steps], expected: 1, variables: { total: 1.5, count: 1.5 } });
  await checkMetric({ metric: accuracy, batches: [{ ...steps, sampleWeight }], expected: 1, variables: { total: 3.5, count: 3.5 } });
  await checkMetric({ metric: crossentropy, batches: [steps], expected: 0.5945971, variables: { total: 0.89189565, count: 1.5 } });
  const weighted = { total: 2.5217447, count: 3.5 };
  await checkMetric({ metric: crossentropy, batches: [{ ...steps, sampleWeight }], expected: 0.7204985, variables: weighted });
});

test('an ignored class has no weight where there are weights', async () => {
  const metric = metrics.sparseCategoricalCrossentropy({ ignoreClass: 2 });
  const variables = { total: 0.17833748, count: 0.5 };
  await checkMetric({ metric, batches: [steps], expected: 0.35667497, variables });
  await checkMetric({ metric, batches: [{ ...steps, sampleWeight }], expected: 0.35667497, variables });
});

test('metrics that are no function of examples do not look at the mask', async () => {
  const mask = [true, false, true];
  await checkMetric({
    metric: metrics.rootMeanSquaredError(),
    batches: [{ yTrue: [1, 2, 3], yPred: [1, 1, 1], mask }],
    expected: 1.2909944,
    variables: { total: 5, count: 3 },
  });
  await checkMetric({
    metric: metrics.truePositives(),
    batches: [{ yTrue: [1, 1, 1], yPred: [1, 1, 0], mask }],
    expected: 2,
  });
});

/** The metric's variables after an update within a graph that `update` writes. */
async function updated(metric: metrics.Metric, inputs: readonly Tensor[], update: (ctx: Context, x: Output[]) => void): Promise<number[]> {
  const computation = Computation.compile(inputs.map(anyRows), (feeds, graph) => {
    const values = new Map(metric.variables.map((v) => [v, graph.constant(0, v.dtype)]));
    const ctx = new Context(graph, { training: false, values });
    update(ctx, feeds as Output[]);
    return metric.variables.map((v) => ctx.read(v));
  });
  return ((await computation.run(inputs)) as Tensor[]).map((t) => Number(t.data[0]));
}

test('a list of tensors of one shape is one tensor', async () => {
  const t = [
    [0, 1],
    [2, 4],
    [1, 1],
  ];
  const p = [
    [1, 1],
    [0, 1],
    [3, 2],
  ];
  const doubled = t.map((row) => row.map((v) => 2 * v));
  // m = keras.metrics.MeanSquaredError(); m.update_state([t, 2 * t], [p, p]); m.variables
  const metric = metrics.meanSquaredError();
  const values = await updated(
    metric,
    [t, doubled, p].map((x) => tensor(x)),
    (ctx, [a, b, c]) => metric.update(ctx, [a, b] as Output[], [c, c] as Output[]),
  );
  expect(values).toEqual([14.5, 2]);
  await expect(updated(metric, [tensor(t)], (ctx, [a]) => metric.update(ctx, { one: a as Output }, { one: a as Output }))).rejects.toThrow(
    /labels of MeanSquaredError must be one tensor or a list .* give a loss per output/,
  );
});

test('crossentropies of a sigmoid are computed from its logits', async () => {
  const metric = metrics.binaryCrossentropy();
  const [total] = await updated(metric, [tensor([[0, 1]]), tensor([[40, -1]])], (ctx, [t, z]) =>
    metric.update(ctx, t as Output, sigmoid(z as Output)),
  );
  // keras.losses.BinaryCrossentropy()([[0, 1]], keras.activations.sigmoid([[40, -1]]))
  expect(total).toBeCloseTo(20.656631, 4);
});

test('integer labels and labels without the last axis are compared as numbers', async () => {
  const metric = metrics.meanAbsoluteError();
  const labels = tensor([1, 3], undefined, 'int32');
  expect(await updated(metric, [labels, tensor([[0.5], [1]])], (ctx, [t, p]) => metric.update(ctx, t as Output, p as Output))).toEqual([
    2.5, 2,
  ]);
});
