import { test } from 'vitest';
import { binaryCrossentropy } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.BinaryCrossentropy(reduction="none")(yTrue, yPred)
test('BinaryCrossentropy: defaults', () =>
  checkLoss({
    loss: binaryCrossentropy({ reduction: 'none' }),
    yTrue: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    yPred: [
      [0.8, 0.3],
      [0.4, 0.6],
      [0.05, 0.95],
    ],
    expected: [0.28990924, 0.51082557, 1.5235128],
  }));

// keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2, reduction="none")(yTrue, yPred)
test('BinaryCrossentropy: fromLogits true, labelSmoothing 0.2', () =>
  checkLoss({
    loss: binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.2, reduction: 'none' }),
    yTrue: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    yPred: [
      [2, -0.5],
      [0.7, -3],
      [0.1, 1.2],
    ],
    expected: [0.42550248, 1.8908868, 0.51883954],
  }));

// keras.losses.BinaryCrossentropy(axis=0, reduction="none")(yTrue, yPred)
test('BinaryCrossentropy: axis 0', () =>
  checkLoss({
    loss: binaryCrossentropy({ axis: 0, reduction: 'none' }),
    reductions: false,
    yTrue: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    yPred: [
      [0.8, 0.3],
      [0.4, 0.6],
      [0.05, 0.95],
    ],
    expected: [1.2432338, 0.30626461],
  }));
