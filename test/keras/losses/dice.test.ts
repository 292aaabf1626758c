import { test } from 'vitest';
import { dice } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.Dice(reduction="none")(yTrue, yPred)
test('Dice: defaults', () =>
  checkLoss({
    loss: dice({ reduction: 'none' }),
    yTrue: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    yPred: [
      [0.8, 0.3],
      [0.4, 0.6],
      [0.05, 0.95],
    ],
    expected: 0.32394361,
  }));

// keras.losses.Dice(axis=1, reduction="none")(yTrue, yPred)
test('Dice: axis 1', () =>
  checkLoss({
    loss: dice({ axis: 1, reduction: 'none' }),
    yTrue: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    yPred: [
      [0.8, 0.3],
      [0.4, 0.6],
      [0.05, 0.95],
    ],
    expected: [0.23809516, 0.39999998, 0.33333331],
  }));

// keras.losses.Dice(axis=[0, 1], reduction="none")(yTrue, yPred)
test('Dice: axis [0, 1]', () =>
  checkLoss({
    loss: dice({ axis: [0, 1], reduction: 'none' }),
    yTrue: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    yPred: [
      [0.8, 0.3],
      [0.4, 0.6],
      [0.05, 0.95],
    ],
    expected: 0.32394361,
  }));
