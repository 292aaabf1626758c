import { test } from 'vitest';
import { meanSquaredLogarithmicError } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.MeanSquaredLogarithmicError(reduction="none")(yTrue, yPred)
test('MeanSquaredLogarithmicError: defaults', () =>
  checkLoss({
    loss: meanSquaredLogarithmicError({ reduction: 'none' }),
    yTrue: [
      [1, 2, 0.5],
      [3, 0.1, 4],
    ],
    yPred: [
      [0.8, 2.5, 0.6],
      [2, 0.4, 5],
    ],
    expected: [0.013009493, 0.058053743],
  }));

// keras.losses.MeanSquaredLogarithmicError(reduction="none")(yTrue, yPred)
test('MeanSquaredLogarithmicError: other shapes and signs', () =>
  checkLoss({
    loss: meanSquaredLogarithmicError({ reduction: 'none' }),
    yTrue: [
      [0.5, -1, 2],
      [1, 0, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    expected: [0.28937033, 0.18309593],
  }));
