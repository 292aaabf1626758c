import { test } from 'vitest';
import { cosineSimilarity } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.CosineSimilarity(reduction="none")(yTrue, yPred)
test('CosineSimilarity: defaults', () =>
  checkLoss({
    loss: cosineSimilarity({ reduction: 'none' }),
    yTrue: [
      [0.5, -1, 2],
      [1, 0, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    expected: [-0.54873556, -0.8329497],
  }));

// keras.losses.CosineSimilarity(axis=0, reduction="none")(yTrue, yPred)
test('CosineSimilarity: axis 0', () =>
  checkLoss({
    loss: cosineSimilarity({ axis: 0, reduction: 'none' }),
    reductions: false,
    yTrue: [
      [0.5, -1, 2],
      [1, 0, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    expected: [0, 0.98058069, -0.82404196],
  }));
