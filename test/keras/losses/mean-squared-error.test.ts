import { test } from 'vitest';
import { meanSquaredError } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.MeanSquaredError(reduction="none")(yTrue, yPred)
test('MeanSquaredError: defaults', () =>
  checkLoss({
    loss: meanSquaredError({ reduction: 'none' }),
    yTrue: [
      [0.5, -1, 2],
      [1, 0, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    expected: [2.1700001, 1.8433334],
  }));
