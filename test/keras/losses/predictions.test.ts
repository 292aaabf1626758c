import { expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import { sigmoid } from '../../../src/graph/ops/math.js';
import { softmax } from '../../../src/graph/ops/nn.js';
import * as losses from '../../../src/keras/losses/index.js';
import { type Tensor, type TensorData, tensor } from '../../../src/tensor.js';
import { anyRows, checkLoss, evaluateLoss } from '../../../src/testing/check-loss.js';

/** The loss of predictions that an activation makes of logits, in the same graph. */
async function throughActivation(loss: losses.Loss, t: TensorData, z: TensorData, activation: (x: Output) => Output): Promise<number[]> {
  const inputs = [tensor(t), tensor(z)];
  const computation = Computation.compile(inputs.map(anyRows), (feeds, graph) => {
    const [labels, logits] = feeds as [Output, Output];
    return [loss.compute(new Context(graph, { training: false, values: new Map() }), labels, activation(logits))];
  });
  return Array.from(((await computation.run(inputs)) as unknown as [Tensor])[0].data, Number);
}

const logits = [
  [0, 30, -30],
  [1, 2, 3],
];

// keras.losses.*(reduction='none')(t, keras.activations.softmax(z)): Keras uses the logits, so that 60 is not cut off at -log(1e-7) = 16.1
test('predictions of a softmax or sigmoid are exact where they round to 0 or 1', async () => {
  const sparse = losses.sparseCategoricalCrossentropy({ reduction: 'none' });
  const [a, b] = await throughActivation(sparse, [2, 0], logits, softmax);
  expect(a).toBeCloseTo(60, 4);
  expect(b).toBeCloseTo(2.407606, 5);
  const oneHot = [
    [0, 0, 1],
    [1, 0, 0],
  ];
  const [c, d] = await throughActivation(losses.categoricalCrossentropy({ reduction: 'none' }), oneHot, logits, softmax);
  expect(c).toBeCloseTo(60, 4);
  expect(d).toBeCloseTo(2.407606, 5);
  const [e] = await throughActivation(losses.binaryCrossentropy({ reduction: 'none' }), [[0, 1]], [[40, -1]], sigmoid);
  expect(e).toBeCloseTo(20.656631, 4);
  const [f] = await throughActivation(losses.binaryFocalCrossentropy({ reduction: 'none' }), [[0, 1]], [[40, -1]], sigmoid);
  expect(f).toBeCloseTo(20.350935, 4);
});

test('other predictions are clipped', () =>
  checkLoss({
    loss: losses.sparseCategoricalCrossentropy({ reduction: 'none' }),
    yTrue: [2, 0],
    yPred: [
      [0, 1, 0],
      [0.25, 0.25, 0.5],
    ],
    // -log(1e-7), as good as
    expected: [16.118095, 1.3862944],
    gradient: false,
  }));

test('a zero vector has similarity 0 and a finite gradient', async () => {
  const batch = { yTrue: [[1, 2]], yPred: [[0, 0]] };
  const run = await evaluateLoss(batch, losses.cosineSimilarity({ reduction: 'none' }));
  const { value, gradient } = await run(tensor(batch.yPred));
  expect(Number(value.data[0])).toBeCloseTo(0, 6);
  expect(Array.from(gradient.data, Number).every(Number.isFinite)).toBe(true);
});
