import { test } from 'vitest';
import { topKCategoricalAccuracy } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const rows = [
  {
    yTrue: [
      [1, 0, 0],
      [0, 0, 1],
    ],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.4, 0.35],
    ],
  },
  { yTrue: [[0, 1, 0]], yPred: [[0.1, 0.6, 0.3]] },
];
const weightedRows = [
  {
    yTrue: [
      [1, 0, 0],
      [0, 0, 1],
    ],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.4, 0.35],
    ],
    sampleWeight: [1, 3],
  },
  { yTrue: [[0, 1, 0]], yPred: [[0.1, 0.6, 0.3]], sampleWeight: [0.5] },
];

// m = keras.metrics.TopKCategoricalAccuracy(k=2), updated with each batch: m.result(), m.variables
test('TopKCategoricalAccuracy: k 2, rows', () =>
  checkMetric({ metric: topKCategoricalAccuracy({ k: 2 }), batches: rows, expected: 1, variables: { total: 3, count: 3 } }));

// m = keras.metrics.TopKCategoricalAccuracy(k=1), updated with each batch: m.result(), m.variables
test('TopKCategoricalAccuracy: k 1, weighted', () =>
  checkMetric({
    metric: topKCategoricalAccuracy({ k: 1 }),
    batches: weightedRows,
    expected: 0.33333334,
    variables: { total: 1.5, count: 4.5 },
  }));
