import { test } from 'vitest';
import { sparseCategoricalCrossentropy } from '../../../src/keras/losses/index.js';
import { checkLoss } from './check-loss.js';

// keras.losses.SparseCategoricalCrossentropy(reduction="none")(yTrue, yPred)
test('SparseCategoricalCrossentropy: defaults', () =>
  checkLoss({
    loss: sparseCategoricalCrossentropy({ reduction: 'none' }),
    yTrue: [0, 2],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.35, 0.4],
    ],
    expected: [0.35667497, 0.91629076],
  }));

// keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")(yTrue, yPred)
test('SparseCategoricalCrossentropy: fromLogits true', () =>
  checkLoss({
    loss: sparseCategoricalCrossentropy({ fromLogits: true, reduction: 'none' }),
    yTrue: [0, 2],
    yPred: [
      [1.5, -0.5, 0.2],
      [-1, 2, 0.3],
    ],
    expected: [0.34207594, 1.9090208],
  }));

// keras.losses.SparseCategoricalCrossentropy(reduction="none")(yTrue, yPred)
test('SparseCategoricalCrossentropy: other shapes and signs', () =>
  checkLoss({
    loss: sparseCategoricalCrossentropy({ reduction: 'none' }),
    yTrue: [
      [0, 2],
      [1, 2],
    ],
    yPred: [
      [
        [0.7, 0.2, 0.1],
        [0.1, 0.3, 0.6],
      ],
      [
        [0.3, 0.3, 0.4],
        [0.25, 0.35, 0.4],
      ],
    ],
    expected: [
      [0.35667497, 0.51082557],
      [1.2039728, 0.91629076],
    ],
  }));

// keras.losses.SparseCategoricalCrossentropy(ignore_class=2, reduction="none")(yTrue, yPred)
test('SparseCategoricalCrossentropy: ignoreClass 2', () =>
  checkLoss({
    loss: sparseCategoricalCrossentropy({ ignoreClass: 2, reduction: 'none' }),
    yTrue: [
      [0, 2],
      [1, 2],
    ],
    yPred: [
      [
        [0.7, 0.2, 0.1],
        [0.1, 0.3, 0.6],
      ],
      [
        [0.3, 0.3, 0.4],
        [0.25, 0.35, 0.4],
      ],
    ],
    expected: [
      [0.35667497, 0],
      [1.2039728, 0],
    ],
  }));
