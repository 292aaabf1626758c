import { expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import * as losses from '../../../src/keras/losses/index.js';
import { type TensorData, tensor } from '../../../src/tensor.js';
import { anyRows, checkLoss } from '../../../src/testing/check-loss.js';
import type { Tree } from '../../../src/tree.js';

const yTrue = [
  [0, 1],
  [2, 4],
  [1, 1],
];
const yPred = [
  [1, 1],
  [0, 1],
  [3, 2],
];
const sampleWeight = [1, 0.5, 2];
const mask = [true, false, true];

// loss = keras.losses.MeanSquaredError(reduction=…): loss(t, p), loss(t, p, w), and both with p._keras_mask = mask
test.each([
  ['sum_over_batch_size', 19 / 6, 35 / 12, 1.5, 2.75],
  ['mean', 19 / 6, 35 / 12, 1.5, 2.75],
  ['sum', 9.5, 8.75, 3, 5.5],
  ['mean_with_sample_weight', 19 / 6, 2.5, 1.5, 11 / 6],
  ['none', [0.5, 6.5, 2.5], [0.5, 3.25, 5], [0.5, 0, 2.5], [0.5, 0, 5]],
] as const)('reduction %s, with and without weights and mask', async (reduction, plain, weighted, masked, both) => {
  const loss = losses.meanSquaredError({ reduction });
  await checkLoss({ loss, yTrue, yPred, expected: plain });
  await checkLoss({ loss, yTrue, yPred, sampleWeight, expected: weighted });
  await checkLoss({ loss, yTrue, yPred, mask, expected: masked });
  await checkLoss({ loss, yTrue, yPred, sampleWeight, mask, expected: both });
});

test('weights of whole examples weigh all their values', async () => {
  const [zeros, values] = [
    [
      [
        [0, 0],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ],
  ];
  const check = (reduction: losses.Reduction, weights: TensorData, expected: number): Promise<void> =>
    checkLoss({
      loss: losses.meanSquaredError({ reduction }),
      yTrue: zeros as TensorData,
      yPred: values as TensorData,
      sampleWeight: weights,
      expected,
    });
  // keras.losses.MeanSquaredError(reduction)(t, p, [[1], [3]])
  await check('mean', [[1], [3]], 69);
  await check('sum', [[1], [3]], 276);
  await check('mean_with_sample_weight', [[1], [3]], 69);
  await check('sum', [1, 3], 276);
});

test('an ignored class is left out of the mean, together with what a mask leaves out', async () => {
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
  };
  const stepMask = [
    [true, true],
    [false, true],
  ];
  // keras.losses.SparseCategoricalCrossentropy(ignore_class=…)(t, p), without and with p._keras_mask
  const ignoring = losses.sparseCategoricalCrossentropy({ ignoreClass: 2 });
  await checkLoss({ ...steps, loss: losses.sparseCategoricalCrossentropy(), expected: 0.74694103 });
  await checkLoss({ ...steps, loss: losses.sparseCategoricalCrossentropy(), mask: stepMask, expected: 0.5945971 });
  await checkLoss({ ...steps, loss: ignoring, reductions: false, expected: 0.78032386 });
  await checkLoss({ ...steps, loss: ignoring, reductions: false, mask: stepMask, expected: 0.35667497 });
  // keras.losses.Circle(gamma=2.0)([0, 1, 2, 1], p): the mean over examples whose loss is positive
  await checkLoss({
    loss: losses.circle({ gamma: 2 }),
    reductions: false,
    yTrue: [0, 1, 2, 1],
    yPred: [
      [0.6, 0.8],
      [1, 0],
      [-0.6, 0.8],
      [0.8, 0.6],
    ],
    expected: 1.3649604,
  });
});

test('labels without the last axis of the predictions', () =>
  checkLoss({ loss: losses.meanSquaredError({ reduction: 'none' }), yTrue: [1, 0], yPred: [[0.8], [0.3]], expected: [0.04, 0.09] }));

/** The loss of structures of labels and predictions. */
async function lossOf(loss: losses.Loss, t: Tree<TensorData>, p: Tree<TensorData>, paths: readonly string[]): Promise<number> {
  const tensors = (tree: Tree<TensorData>) => paths.map((key) => tensor((tree as Record<string, TensorData>)[key] as TensorData));
  const all = [...tensors(t), ...tensors(p)];
  const rebuild = (outputs: readonly Output[]): Tree<Output> =>
    Array.isArray(t) ? [...outputs] : Object.fromEntries(paths.map((key, i) => [key, outputs[i] as Output]));
  const computation = Computation.compile(all.map(anyRows), (inputs, graph) => {
    const outputs = inputs as Output[];
    const ctx = new Context(graph, { training: false, values: new Map() });
    return [loss.compute(ctx, rebuild(outputs.slice(0, paths.length)), rebuild(outputs.slice(paths.length)))];
  });
  const [value] = (await computation.run(all)) as unknown as [{ data: Float32Array }];
  return value.data[0] as number;
}

test('a list of tensors of one shape is one tensor, other structures are for losses of their own', async () => {
  const doubled = yTrue.map((row) => row.map((v) => 2 * v));
  // keras.losses.MeanSquaredError()([t, 2 * t], [p, p])
  expect(await lossOf(losses.meanSquaredError(), [yTrue, doubled], [yPred, yPred], ['0', '1'])).toBeCloseTo(7.25, 5);
  await expect(lossOf(losses.meanSquaredError(), { a: yTrue }, { a: yPred }, ['a'])).rejects.toThrow(
    /labels of MeanSquaredError must be one tensor or a list .* received an object with the keys a/,
  );
  await expect(lossOf(losses.meanSquaredError(), [yTrue, [1, 2]], [yPred, [1, 2]], ['0', '1'])).rejects.toThrow(/tensors of one shape/);
});

test('refuses what is no option', () => {
  expect(() => losses.meanSquaredError({ reduction: 'median' as never })).toThrow(/`reduction of MeanSquaredError` must be one of/);
  expect(() => losses.huber({ delta: 0 })).toThrow(/`delta of Huber` must be a finite number above 0, received 0/);
  expect(() => losses.hinge({ margin: 1 } as never)).toThrow(/no option `margin`/);
  expect(() => losses.categoricalGeneralizedCrossEntropy({ q: 1 })).toThrow(/between 0 and 1/);
});
