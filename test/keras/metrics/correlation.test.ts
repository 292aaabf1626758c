import { test } from 'vitest';
import { concordanceCorrelation, pearsonCorrelation } from '../../../src/keras/metrics/index.js';
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
      [2, 1, 0],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
      [1, 1.2, 0.2],
    ],
  },
];

// m = keras.metrics.PearsonCorrelation(), updated with each batch: m.result(), m.variables
test('PearsonCorrelation: defaults, rows', () =>
  checkMetric({ metric: pearsonCorrelation(), batches: rows, expected: 0.76355696, variables: { total: 2.2906709, count: 3 } }));

// m = keras.metrics.PearsonCorrelation(axis=0), updated with each batch: m.result(), m.variables
test('PearsonCorrelation: axis 0, rows', () =>
  checkMetric({
    metric: pearsonCorrelation({ axis: 0 }),
    batches: rows2,
    expected: 0.41173625,
    variables: { total: 1.2352087, count: 3 },
  }));

// m = keras.metrics.ConcordanceCorrelation(), updated with each batch: m.result(), m.variables
test('ConcordanceCorrelation: defaults, rows', () =>
  checkMetric({ metric: concordanceCorrelation(), batches: rows, expected: 0.56353951, variables: { total: 1.6906185, count: 3 } }));
