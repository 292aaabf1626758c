import { test } from 'vitest';
import { binaryCrossentropy } from '../../../src/keras/metrics/index.js';
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

// m = keras.metrics.BinaryCrossentropy(), updated with each batch: m.result(), m.variables
test('BinaryCrossentropy: defaults, rows', () =>
  checkMetric({ metric: binaryCrossentropy(), batches: rows, expected: 0.72712857, variables: { total: 3.6356428, count: 5 } }));

// m = keras.metrics.BinaryCrossentropy(from_logits=True, label_smoothing=0.1), updated with each batch: m.result(), m.variables
test('BinaryCrossentropy: fromLogits true, labelSmoothing 0.1, weighted', () =>
  checkMetric({
    metric: binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
    batches: weightedRows,
    expected: 0.76445907,
    variables: { total: 5.7334433, count: 7.5 },
  }));
