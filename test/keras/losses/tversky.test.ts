import { test } from 'vitest';
import { tversky } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.Tversky(reduction="none")(yTrue, yPred)
test('Tversky: defaults', () =>
  checkLoss({
    loss: tversky({ reduction: 'none' }),
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
    expected: 0.32394367,
  }));

// keras.losses.Tversky(alpha=0.3, beta=0.7, axis=1, reduction="none")(yTrue, yPred)
test('Tversky: alpha 0.3, beta 0.7, axis 1', () =>
  checkLoss({
    loss: tversky({ alpha: 0.3, beta: 0.7, axis: 1, reduction: 'none' }),
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
    expected: [0.25233656, 0.40000004, 0.23076928],
  }));
