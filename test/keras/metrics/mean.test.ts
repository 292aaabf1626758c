import { test } from 'vitest';
import { mean } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const values = [
  { yTrue: [1, 3, 5], yPred: [0, 0, 0] },
  { yTrue: [7], yPred: [0] },
];
const weighted = [
  { yTrue: [1, 3], yPred: [0, 0], sampleWeight: [1, 0] },
  { yTrue: [[2, 4]], yPred: [0], sampleWeight: [3] },
];

// m = keras.metrics.Mean(), updated with each batch: m.result(), m.variables
test('Mean: defaults, values', () => checkMetric({ metric: mean(), batches: values, expected: 4, variables: { total: 16, count: 4 } }));

// m = keras.metrics.Mean(), updated with each batch: m.result(), m.variables
test('Mean: defaults, weighted', () =>
  checkMetric({ metric: mean(), batches: weighted, expected: 2.5, variables: { total: 10, count: 4 } }));
