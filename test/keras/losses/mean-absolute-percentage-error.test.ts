import { test } from 'vitest';
import { meanAbsolutePercentageError } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.MeanAbsolutePercentageError(reduction="none")(yTrue, yPred)
test('MeanAbsolutePercentageError: defaults', () =>
  checkLoss({
    loss: meanAbsolutePercentageError({ reduction: 'none' }),
    yTrue: [
      [0.5, -1, 2],
      [1, 0.25, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    expected: [98.333336, 68.888893],
  }));
