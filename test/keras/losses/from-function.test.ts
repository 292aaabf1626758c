import { expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import { abs, mul, sub } from '../../../src/graph/ops/math.js';
import { max } from '../../../src/graph/ops/reduce.js';
import { fromFunction } from '../../../src/keras/losses/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { anyRows, checkGradient, evaluateLoss } from '../../../src/testing/check-loss.js';

const largestError = (yTrue: Output, yPred: Output): Output => max(abs(sub(yTrue, yPred)), -1);
const batch = {
  yTrue: [
    [0, 1],
    [2, 4],
  ],
  yPred: [
    [1, 1.5],
    [0.5, 1],
  ],
};

test('a graph function is a loss with the reductions of every loss', async () => {
  const value = async (reduction: 'mean' | 'sum' | 'none'): Promise<number[]> => {
    const run = await evaluateLoss(batch, fromFunction('largest_error', largestError, { reduction }));
    return Array.from((await run(tensor(batch.yPred))).value.data, Number);
  };
  expect(await value('none')).toEqual([1, 3]);
  expect(await value('mean')).toEqual([2]);
  expect(await value('sum')).toEqual([4]);
  expect(fromFunction('largest_error', largestError).name).toBe('largest_error');
});

test('it has the gradient of its ops', async () =>
  checkGradient(
    await evaluateLoss(batch, fromFunction('largest_error', largestError, { dtype: 'float64' }), 'float64'),
    tensor(batch.yPred, undefined, 'float64'),
  ));

test('structures of labels and predictions come as they are', async () => {
  const loss = fromFunction('joint', (t: Record<'a' | 'b', Output>, p: Record<'a' | 'b', Output>) =>
    mul(abs(sub(t.a, p.a)), abs(sub(t.b, p.b))),
  );
  const inputs = [1, 2, 4, 7].map((v) => tensor([v]));
  const computation = Computation.compile<[Tensor]>(inputs.map(anyRows), (feeds, graph) => {
    const [ta, tb, pa, pb] = feeds as [Output, Output, Output, Output];
    return [loss.compute(new Context(graph, { training: false, values: new Map() }), { a: ta, b: tb }, { a: pa, b: pb })];
  });
  // |1 - 4| · |2 - 7|
  expect((await computation.run(inputs))[0].data[0]).toBe(15);
});

test('it cannot be written to a file, and its function must return an output', async () => {
  expect(() => fromFunction('mine', largestError).serialize('keras.losses')).toThrow(/`mine` is made of a function/);
  await expect(evaluateLoss(batch, fromFunction('broken', (() => 3) as never))).rejects.toThrow(
    /the loss `broken` must return an output of a graph, received 3/,
  );
  expect(() => fromFunction(1 as never, largestError)).toThrow(/`name` must be a string/);
  expect(() => fromFunction('mine', 'mse' as never)).toThrow(/`fn` must be a function/);
});
