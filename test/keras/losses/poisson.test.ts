import { test } from 'vitest';
import { poisson } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.Poisson(reduction="none")(yTrue, yPred)
test('Poisson: defaults', () =>
  checkLoss({
    loss: poisson({ reduction: 'none' }),
    yTrue: [
      [1, 2, 0.5],
      [3, 0.1, 4],
    ],
    yPred: [
      [0.8, 2.5, 0.6],
      [2, 0.4, 5],
    ],
    expected: [0.84865826, -0.34185472],
  }));
