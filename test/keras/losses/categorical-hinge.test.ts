import { test } from 'vitest';
import { categoricalHinge } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.CategoricalHinge(reduction="none")(yTrue, yPred)
test('CategoricalHinge: defaults', () =>
  checkLoss({
    loss: categoricalHinge({ reduction: 'none' }),
    yTrue: [
      [1, 0, 0],
      [0, 0, 1],
    ],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.35, 0.4],
    ],
    expected: [0.5, 0.94999999],
  }));
