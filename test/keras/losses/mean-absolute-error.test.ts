import { test } from 'vitest';
import { meanAbsoluteError } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.MeanAbsoluteError(reduction="none")(yTrue, yPred)
test('MeanAbsoluteError: defaults', () =>
  checkLoss({
    loss: meanAbsoluteError({ reduction: 'none' }),
    yTrue: [
      [0.5, -1, 2],
      [1, 0, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    expected: [1.0333333, 1.1666666],
  }));
