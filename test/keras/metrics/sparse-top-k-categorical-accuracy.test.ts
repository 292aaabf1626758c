import { test } from 'vitest';
import { sparseTopKCategoricalAccuracy } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const classes = [
  {
    yTrue: [0, 2],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.4, 0.35],
    ],
  },
  { yTrue: [1], yPred: [[0.1, 0.6, 0.3]] },
];
const sequences = [
  {
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
  },
  {
    yTrue: [[1, 0]],
    yPred: [
      [
        [0.2, 0.7, 0.1],
        [0.1, 0.3, 0.6],
      ],
    ],
  },
];
const classes2 = [
  {
    yTrue: [2, 1],
    yPred: [
      [1, 0, 3],
      [1, 2, 0],
    ],
  },
];

// m = keras.metrics.SparseTopKCategoricalAccuracy(k=2), updated with each batch: m.result(), m.variables
test('SparseTopKCategoricalAccuracy: k 2, classes', () =>
  checkMetric({ metric: sparseTopKCategoricalAccuracy({ k: 2 }), batches: classes, expected: 1, variables: { total: 3, count: 3 } }));

// m = keras.metrics.SparseTopKCategoricalAccuracy(k=1), updated with each batch: m.result(), m.variables
test('SparseTopKCategoricalAccuracy: k 1, sequences', () =>
  checkMetric({
    metric: sparseTopKCategoricalAccuracy({ k: 1 }),
    batches: sequences,
    expected: 0.66666669,
    variables: { total: 2, count: 3 },
  }));

// m = keras.metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True), updated with each batch: m.result(), m.variables
test('SparseTopKCategoricalAccuracy: k 2, fromSortedIds true, classes', () =>
  checkMetric({
    metric: sparseTopKCategoricalAccuracy({ k: 2, fromSortedIds: true }),
    batches: classes2,
    expected: 0.5,
    variables: { total: 1, count: 2 },
  }));
