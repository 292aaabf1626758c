import { test } from 'vitest';
import { rootMeanSquaredError } from '../../../src/keras/metrics/index.js';
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
const weightedRows = [
  {
    yTrue: [
      [0.5, -1, 2],
      [1, 0.25, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    sampleWeight: [1, 3],
  },
  { yTrue: [[1, 2, 0.5]], yPred: [[0.8, 2.5, 0.6]], sampleWeight: [0.5] },
];

// m = keras.metrics.RootMeanSquaredError(), updated with each batch: m.result(), m.variables
test('RootMeanSquaredError: defaults, rows', () =>
  checkMetric({ metric: rootMeanSquaredError(), batches: rows, expected: 1.1667857, variables: { total: 4.0841665, count: 3 } }));

// m = keras.metrics.RootMeanSquaredError(), updated with each batch: m.result(), m.variables
test('RootMeanSquaredError: defaults, weighted', () =>
  checkMetric({ metric: rootMeanSquaredError(), batches: weightedRows, expected: 1.3049053, variables: { total: 7.6625004, count: 4.5 } }));
