import { test } from 'vitest';
import { categoricalGeneralizedCrossEntropy } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.CategoricalGeneralizedCrossEntropy(reduction="none")(yTrue, yPred)
test('CategoricalGeneralizedCrossEntropy: defaults', () =>
  checkLoss({
    loss: categoricalGeneralizedCrossEntropy({ reduction: 'none' }),
    yTrue: [0, 2],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.35, 0.4],
    ],
    expected: [0.32667994, 0.73508894],
  }));

// keras.losses.CategoricalGeneralizedCrossEntropy(q=0.8, reduction="none")(yTrue, yPred)
test('CategoricalGeneralizedCrossEntropy: q 0.8', () =>
  checkLoss({
    loss: categoricalGeneralizedCrossEntropy({ q: 0.8, reduction: 'none' }),
    yTrue: [0, 2],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.35, 0.4],
    ],
    expected: [0.31030169, 0.64943773],
  }));
