import { test } from 'vitest';
import { categoricalAccuracy } from '../../../src/keras/metrics/index.js';
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

// m = keras.metrics.CategoricalAccuracy(), updated with each batch: m.result(), m.variables
test('CategoricalAccuracy: defaults, rows', () =>
  checkMetric({ metric: categoricalAccuracy(), batches: rows, expected: 0.66666669, variables: { total: 2, count: 3 } }));

// m = keras.metrics.CategoricalAccuracy(), updated with each batch: m.result(), m.variables
test('CategoricalAccuracy: defaults, weighted', () =>
  checkMetric({ metric: categoricalAccuracy(), batches: weightedRows, expected: 0.33333334, variables: { total: 1.5, count: 4.5 } }));
