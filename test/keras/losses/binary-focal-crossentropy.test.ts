import { test } from 'vitest';
import { binaryFocalCrossentropy } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.BinaryFocalCrossentropy(reduction="none")(yTrue, yPred)
test('BinaryFocalCrossentropy: defaults', () =>
  checkLoss({
    loss: binaryFocalCrossentropy({ reduction: 'none' }),
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
    expected: [0.020513244, 0.081732079, 1.3518883],
  }));

// keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.3, gamma=1.5, label_smoothing=0.1, reduction="none")(yTrue, yPred)
test('BinaryFocalCrossentropy: applyClassBalancing true, alpha 0.3, gamma 1.5, labelSmoothing 0.1', () =>
  checkLoss({
    loss: binaryFocalCrossentropy({ applyClassBalancing: true, alpha: 0.3, gamma: 1.5, labelSmoothing: 0.1, reduction: 'none' }),
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
    expected: [0.02972104, 0.069714189, 0.39331341],
  }));

// keras.losses.BinaryFocalCrossentropy(from_logits=True, reduction="none")(yTrue, yPred)
test('BinaryFocalCrossentropy: fromLogits true', () =>
  checkLoss({
    loss: binaryFocalCrossentropy({ fromLogits: true, reduction: 'none' }),
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
    expected: [0.034688532, 1.6294128, 0.079755813],
  }));
