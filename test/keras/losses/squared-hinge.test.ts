import { test } from 'vitest';
import { squaredHinge } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.SquaredHinge(reduction="none")(yTrue, yPred)
test('SquaredHinge: defaults', () =>
  checkLoss({
    loss: squaredHinge({ reduction: 'none' }),
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
    expected: [0.125, 9.4449997, 0.40499997],
  }));
