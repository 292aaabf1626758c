import { test } from 'vitest';
import { sparseCategoricalAccuracy } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const classes = [
  {
    yTrue: [0, 2],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.4, 0.35],
    ],
  },
  { yTrue: [1], yPred: [[0.1, 0.6, 0.3]] },
];
const sequences = [
  {
    yTrue: [
      [0, 2],
      [1, 2],
    ],
    yPred: [
      [
        [0.7, 0.2, 0.1],
        [0.1, 0.3, 0.6],
      ],
      [
        [0.3, 0.3, 0.4],
        [0.25, 0.35, 0.4],
      ],
    ],
  },
  {
    yTrue: [[1, 0]],
    yPred: [
      [
        [0.2, 0.7, 0.1],
        [0.1, 0.3, 0.6],
      ],
    ],
  },
];
const weightedSequences = [
  {
    yTrue: [
      [0, 2],
      [1, 2],
    ],
    yPred: [
      [
        [0.7, 0.2, 0.1],
        [0.1, 0.3, 0.6],
      ],
      [
        [0.3, 0.3, 0.4],
        [0.25, 0.35, 0.4],
      ],
    ],
    sampleWeight: [
      [1, 2],
      [0.5, 1],
    ],
  },
  {
    yTrue: [[1, 0]],
    yPred: [
      [
        [0.2, 0.7, 0.1],
        [0.1, 0.3, 0.6],
      ],
    ],
    sampleWeight: [[3, 1]],
  },
];
const rows = [
  {
    yTrue: [[0], [2]],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.4, 0.35],
    ],
  },
];

// m = keras.metrics.SparseCategoricalAccuracy(), updated with each batch: m.result(), m.variables
test('SparseCategoricalAccuracy: defaults, classes', () =>
  checkMetric({ metric: sparseCategoricalAccuracy(), batches: classes, expected: 0.66666669, variables: { total: 2, count: 3 } }));

// m = keras.metrics.SparseCategoricalAccuracy(), updated with each batch: m.result(), m.variables
test('SparseCategoricalAccuracy: defaults, sequences', () =>
  checkMetric({ metric: sparseCategoricalAccuracy(), batches: sequences, expected: 0.66666669, variables: { total: 2, count: 3 } }));

// m = keras.metrics.SparseCategoricalAccuracy(), updated with each batch: m.result(), m.variables
test('SparseCategoricalAccuracy: defaults, weighted', () =>
  checkMetric({
    metric: sparseCategoricalAccuracy(),
    batches: weightedSequences,
    expected: 0.82352942,
    variables: { total: 3.5, count: 4.25 },
  }));

// m = keras.metrics.SparseCategoricalAccuracy(), updated with each batch: m.result(), m.variables
test('SparseCategoricalAccuracy: defaults, rows', () =>
  checkMetric({ metric: sparseCategoricalAccuracy(), batches: rows, expected: 0.5, variables: { total: 1, count: 2 } }));
