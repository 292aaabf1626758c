import { test } from 'vitest';
import { klDivergence } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.KLDivergence(reduction="none")(yTrue, yPred)
test('KLDivergence: defaults', () =>
  checkLoss({
    loss: klDivergence({ reduction: 'none' }),
    yTrue: [
      [0.5, 0.3, 0.2],
      [1, 0, 0],
    ],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.35, 0.4],
    ],
    expected: [0.092032865, 1.3862913],
  }));
