import { test } from 'vitest';
import { categoricalFocalCrossentropy } from '../../../src/keras/losses/index.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.CategoricalFocalCrossentropy(reduction="none")(yTrue, yPred)
test('CategoricalFocalCrossentropy: defaults', () =>
  checkLoss({
    loss: categoricalFocalCrossentropy({ reduction: 'none' }),
    yTrue: [
      [1, 0, 0],
      [0, 0, 1],
    ],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.35, 0.4],
    ],
    expected: [0.0080251871, 0.082466163],
  }));

// keras.losses.CategoricalFocalCrossentropy(alpha=[0.5, 0.2, 0.3], gamma=1.0, from_logits=True, label_smoothing=0.1, reduction="none")(yTrue, yPred)
test('CategoricalFocalCrossentropy: alpha [0.5, 0.2, 0.3], gamma 1, fromLogits true, labelSmoothing 0.1', () =>
  checkLoss({
    loss: categoricalFocalCrossentropy({ alpha: [0.5, 0.2, 0.3], gamma: 1, fromLogits: true, labelSmoothing: 0.1, reduction: 'none' }),
    yTrue: [
      [1, 0, 0],
      [0, 0, 1],
    ],
    yPred: [
      [1.5, -0.5, 0.2],
      [-1, 2, 0.3],
    ],
    expected: [0.073602267, 0.50688148],
  }));
