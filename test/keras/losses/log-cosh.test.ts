import { test } from 'vitest';
import { logCosh } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.LogCosh(reduction="none")(yTrue, yPred)
test('LogCosh: defaults', () =>
  checkLoss({
    loss: logCosh({ reduction: 'none' }),
    yTrue: [
      [0.5, -1, 2],
      [1, 0, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    expected: [0.64622474, 0.65434414],
  }));
