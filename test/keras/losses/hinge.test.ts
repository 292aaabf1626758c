import { test } from 'vitest';
import { hinge } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.Hinge(reduction="none")(yTrue, yPred)
test('Hinge: defaults', () =>
  checkLoss({
    loss: hinge({ reduction: 'none' }),
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
    expected: [0.25, 2.8499999, 0.44999999],
  }));

// keras.losses.Hinge(reduction="none")(yTrue, yPred)
test('Hinge: other shapes and signs', () =>
  checkLoss({
    loss: hinge({ reduction: 'none' }),
    yTrue: [
      [1, -1],
      [-1, 1],
      [1, 1],
    ],
    yPred: [
      [2, -0.5],
      [0.7, -3],
      [0.1, 1.2],
    ],
    expected: [0.25, 2.8499999, 0.44999999],
  }));
