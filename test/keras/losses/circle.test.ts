import { test } from 'vitest';
import { circle } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.Circle(gamma=2.0, reduction="none")(yTrue, yPred)
test('Circle: gamma 2', () =>
  checkLoss({
    loss: circle({ gamma: 2, reduction: 'none' }),
    yTrue: [0, 1, 0, 1],
    yPred: [
      [0.6, 0.8],
      [1, 0],
      [-0.6, 0.8],
      [0.8, 0.6],
    ],
    expected: [2.5988598, 1.0852362, 1.5118092, 1.6446848],
  }));

// keras.losses.Circle(gamma=4.0, margin=0.25, remove_diagonal=False, reduction="none")(yTrue, yPred)
test('Circle: gamma 4, margin 0.25, removeDiagonal false', () =>
  checkLoss({
    loss: circle({ gamma: 4, margin: 0.25, removeDiagonal: false, reduction: 'none' }),
    yTrue: [0, 1, 0, 1],
    yPred: [
      [0.6, 0.8],
      [1, 0],
      [-0.6, 0.8],
      [0.8, 0.6],
    ],
    expected: [5.4831491, 2.1110468, 2.595511, 4.0058732],
  }));
