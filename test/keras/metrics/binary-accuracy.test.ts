import { test } from 'vitest';
import { binaryAccuracy } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const rows = [
  {
    yTrue: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    yPred: [
      [0.8, 0.3],
      [0.4, 0.6],
      [0.05, 0.95],
    ],
  },
  {
    yTrue: [
      [0, 0],
      [1, 0],
    ],
    yPred: [
      [0.7, 0.2],
      [0.55, 0.45],
    ],
  },
];
const weightedRows = [
  {
    yTrue: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    yPred: [
      [0.8, 0.3],
      [0.4, 0.6],
      [0.05, 0.95],
    ],
    sampleWeight: [1, 2, 0.5],
  },
  {
    yTrue: [
      [0, 0],
      [1, 0],
    ],
    yPred: [
      [0.7, 0.2],
      [0.55, 0.45],
    ],
    sampleWeight: [3, 1],
  },
];

// m = keras.metrics.BinaryAccuracy(), updated with each batch: m.result(), m.variables
test('BinaryAccuracy: defaults, rows', () =>
  checkMetric({ metric: binaryAccuracy(), batches: rows, expected: 0.80000001, variables: { total: 4, count: 5 } }));

// m = keras.metrics.BinaryAccuracy(threshold=0.4), updated with each batch: m.result(), m.variables
test('BinaryAccuracy: threshold 0.4, weighted', () =>
  checkMetric({
    metric: binaryAccuracy({ threshold: 0.4 }),
    batches: weightedRows,
    expected: 0.69999999,
    variables: { total: 5.25, count: 7.5 },
  }));
