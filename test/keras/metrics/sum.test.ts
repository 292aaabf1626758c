import { test } from 'vitest';
import { sum } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const values = [
  { yTrue: [1, 3, 5], yPred: [0, 0, 0] },
  { yTrue: [7], yPred: [0] },
];
const weighted = [{ yTrue: [1, 3], yPred: [0, 0], sampleWeight: [1, 0.5] }];

// m = keras.metrics.Sum(), updated with each batch: m.result(), m.variables
test('Sum: defaults, values', () => checkMetric({ metric: sum(), batches: values, expected: 16, variables: { total: 16 } }));

// m = keras.metrics.Sum(), updated with each batch: m.result(), m.variables
test('Sum: defaults, weighted', () => checkMetric({ metric: sum(), batches: weighted, expected: 2.5, variables: { total: 2.5 } }));
