import { expect, test } from 'vitest';
import { ctc } from '../../../src/keras/losses/index.js';
import { tensor } from '../../../src/tensor.js';
import { checkLoss, evaluateLoss } from '../../../src/testing/check-loss.js';

const batch = {
  yTrue: [
    [1, 2, 0],
    [3, 0, 0],
  ],
  yPred: [
    [
      [1.76, 0.4, 0.98, 2.24],
      [1.87, -0.98, 0.95, -0.15],
      [-0.1, 0.41, 0.14, 1.45],
      [0.76, 0.12, 0.44, 0.33],
      [1.49, -0.21, 0.31, -0.85],
    ],
    [
      [-2.55, 0.65, 0.86, -0.74],
      [2.27, -1.45, 0.05, -0.19],
      [1.53, 1.47, 0.15, 0.38],
      [-0.89, -1.98, -0.35, 0.16],
      [1.23, 1.2, -0.39, -0.3],
    ],
  ],
};

// keras.losses.CTC(reduction="none")(yTrue, yPred)
test('CTC: the loss of each sequence', () =>
  checkLoss({ ...batch, loss: ctc({ reduction: 'none' }), expected: [3.8968487, 5.3483763], gradient: false }));

// tape.gradient(keras.losses.CTC(reduction="sum")(yTrue, yPred), yPred)[0]; the op computes in float32, too coarse for differences
test('CTC: the gradient', async () => {
  const { gradient } = await (await evaluateLoss(batch, ctc({ reduction: 'sum' })))(tensor(batch.yPred));
  const expected = [
    [-0.371723, -0.251031, 0.137612, 0.485141],
    [-0.184094, -0.067102, 0.167713, 0.083483],
    [-0.042747, -0.399256, -0.102801, 0.544804],
    [0.040492, 0.076142, -0.340642, 0.224008],
    [0.026512, 0.115164, -0.202401, 0.060725],
  ];
  for (const [i, v] of expected.flat().entries()) expect(Number(gradient.data[i])).toBeCloseTo(v, 5);
});

test('CTC: refuses labels and predictions of other ranks', async () => {
  await expect(evaluateLoss({ yTrue: [1, 2], yPred: batch.yPred }, ctc())).rejects.toThrow(
    /labels of CTC must be of shape \[batch, length\]/,
  );
  await expect(evaluateLoss({ yTrue: [[1]], yPred: [[1, 2]] }, ctc())).rejects.toThrow(
    /predictions of CTC must be of shape \[batch, steps, classes\]/,
  );
});
