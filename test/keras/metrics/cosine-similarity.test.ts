import { test } from 'vitest';
import { cosineSimilarity } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const rows = [
  {
    yTrue: [
      [0.5, -1, 2],
      [1, 0.25, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
  },
  { yTrue: [[1, 2, 0.5]], yPred: [[0.8, 2.5, 0.6]] },
];
const rows2 = [
  {
    yTrue: [
      [0.5, -1, 2],
      [1, 0.25, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
  },
];

// m = keras.metrics.CosineSimilarity(), updated with each batch: m.result(), m.variables
test('CosineSimilarity: defaults, rows', () =>
  checkMetric({ metric: cosineSimilarity(), batches: rows, expected: 0.79669136, variables: { total: 2.390074, count: 3 } }));

// m = keras.metrics.CosineSimilarity(axis=0), updated with each batch: m.result(), m.variables
test('CosineSimilarity: axis 0, rows', () =>
  checkMetric({
    metric: cosineSimilarity({ axis: 0 }),
    batches: rows2,
    expected: -0.026565313,
    variables: { total: -0.07969594, count: 3 },
  }));
