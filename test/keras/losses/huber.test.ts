import { test } from 'vitest';
import { huber } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.Huber(reduction="none")(yTrue, yPred)
test('Huber: defaults', () =>
  checkLoss({
    loss: huber({ reduction: 'none' }),
    yTrue: [
      [0.5, -1, 2],
      [1, 0, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    expected: [0.71000004, 0.74833339],
  }));

// keras.losses.Huber(delta=0.4, reduction="none")(yTrue, yPred)
test('Huber: delta 0.4', () =>
  checkLoss({
    loss: huber({ delta: 0.4, reduction: 'none' }),
    yTrue: [
      [0.5, -1, 2],
      [1, 0, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    expected: [0.34833333, 0.38833332],
  }));
