import { test } from 'vitest';
import { categoricalCrossentropy } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.CategoricalCrossentropy(reduction="none")(yTrue, yPred)
test('CategoricalCrossentropy: defaults', () =>
  checkLoss({
    loss: categoricalCrossentropy({ reduction: 'none' }),
    yTrue: [
      [1, 0, 0],
      [0, 0, 1],
    ],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.35, 0.4],
    ],
    expected: [0.35667497, 0.9162907],
  }));

// keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1, reduction="none")(yTrue, yPred)
test('CategoricalCrossentropy: fromLogits true, labelSmoothing 0.1', () =>
  checkLoss({
    loss: categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1, reduction: 'none' }),
    yTrue: [
      [1, 0, 0],
      [0, 0, 1],
    ],
    yPred: [
      [1.5, -0.5, 0.2],
      [-1, 2, 0.3],
    ],
    expected: [0.45207593, 1.8956875],
  }));

// keras.losses.CategoricalCrossentropy(axis=0, reduction="none")(yTrue, yPred)
test('CategoricalCrossentropy: axis 0', () =>
  checkLoss({
    loss: categoricalCrossentropy({ axis: 0, reduction: 'none' }),
    yTrue: [
      [1, 0],
      [0, 1],
    ],
    yPred: [
      [0.7, 0.2],
      [0.3, 0.8],
    ],
    expected: [0.35667497, 0.22314353],
  }));
