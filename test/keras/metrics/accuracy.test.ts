import { test } from 'vitest';
import { accuracy } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const values = [
  { yTrue: [1, 2, 3, 4], yPred: [0, 2, 3, 4] },
  { yTrue: [5], yPred: [6] },
];
const weighted = [{ yTrue: [1, 2, 3, 4], yPred: [0, 2, 3, 4], sampleWeight: [1, 1, 0, 0] }];

// m = keras.metrics.Accuracy(), updated with each batch: m.result(), m.variables
test('Accuracy: defaults, values', () =>
  checkMetric({ metric: accuracy(), batches: values, expected: 0.60000002, variables: { total: 3, count: 5 } }));

// m = keras.metrics.Accuracy(), updated with each batch: m.result(), m.variables
test('Accuracy: defaults, weighted', () =>
  checkMetric({ metric: accuracy(), batches: weighted, expected: 0.5, variables: { total: 1, count: 2 } }));
