import { expect, test } from 'vitest';
import type { Output } from '../../../src/graph/graph.js';
import { abs, sub } from '../../../src/graph/ops/math.js';
import { max } from '../../../src/graph/ops/reduce.js';
import { meanOf } from '../../../src/keras/metrics/index.js';
import { finalize, unfinalized } from '../../../src/testing/check-metric.js';

const largestError = (yTrue: Output, yPred: Output): Output => max(abs(sub(yTrue, yPred)), -1);
const batches = [
  {
    yTrue: [
      [0, 1],
      [2, 4],
    ],
    yPred: [
      [1, 1.5],
      [0.5, 1],
    ],
  },
  { yTrue: [[1, 1]], yPred: [[1, 6]] },
];

test('a graph function is a metric: the mean of its values over all examples', async () => {
  const metric = meanOf('largest_error', largestError);
  expect(metric.name).toBe('largest_error');
  const state = await unfinalized(metric, batches);
  expect(state.map((t) => t.data[0])).toEqual([9, 3]);
  expect((await finalize(metric, state)).data[0]).toBe(3);
  const clients = await Promise.all(batches.map((batch) => unfinalized(metric, [batch])));
  expect((await finalize(metric, ...clients)).data[0]).toBe(3);
});

test('sample weights weigh its values', async () => {
  const state = await unfinalized(meanOf('largest_error', largestError), [
    { ...(batches[0] as (typeof batches)[0]), sampleWeight: [3, 1] },
  ]);
  expect(state.map((t) => t.data[0])).toEqual([6, 4]);
});

test('it cannot be written to a file, and its function must return an output', async () => {
  expect(() => meanOf('mine', largestError).serialize('keras.metrics')).toThrow(/`mine` is made of a function/);
  await expect(unfinalized(meanOf('broken', (() => undefined) as never), batches)).rejects.toThrow(
    /the metric `broken` must return an output of a graph, received undefined/,
  );
  expect(() => meanOf('mine', 3 as never)).toThrow(/`fn` must be a function/);
});
