import { test } from 'vitest';
import { sparseCategoricalCrossentropy } from '../../../src/keras/metrics/index.js';
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
const classes2 = [
  {
    yTrue: [0, 2],
    yPred: [
      [1.5, -0.5, 0.2],
      [-1, 2, 0.3],
    ],
  },
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

// m = keras.metrics.SparseCategoricalCrossentropy(), updated with each batch: m.result(), m.variables
test('SparseCategoricalCrossentropy: defaults, classes', () =>
  checkMetric({
    metric: sparseCategoricalCrossentropy(),
    batches: classes,
    expected: 0.63910753,
    variables: { total: 1.9173226, count: 3 },
  }));

// m = keras.metrics.SparseCategoricalCrossentropy(from_logits=True), updated with each batch: m.result(), m.variables
test('SparseCategoricalCrossentropy: fromLogits true, classes', () =>
  checkMetric({
    metric: sparseCategoricalCrossentropy({ fromLogits: true }),
    batches: classes2,
    expected: 1.1255484,
    variables: { total: 2.2510967, count: 2 },
  }));

// m = keras.metrics.SparseCategoricalCrossentropy(ignore_class=2), updated with each batch: m.result(), m.variables
test('SparseCategoricalCrossentropy: ignoreClass 2, sequences', () =>
  checkMetric({
    metric: sparseCategoricalCrossentropy({ ignoreClass: 2 }),
    batches: sequences,
    expected: 0.70331794,
    variables: { total: 2.1099539, count: 3 },
  }));

// m = keras.metrics.SparseCategoricalCrossentropy(ignore_class=2), updated with each batch: m.result(), m.variables
test('SparseCategoricalCrossentropy: ignoreClass 2, weighted', () =>
  checkMetric({
    metric: sparseCategoricalCrossentropy({ ignoreClass: 2 }),
    batches: weightedSequences,
    expected: 0.78750396,
    variables: { total: 2.1656358, count: 2.75 },
  }));
