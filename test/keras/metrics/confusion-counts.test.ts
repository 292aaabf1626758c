import { test } from 'vitest';
import { falseNegatives, falsePositives, trueNegatives, truePositives } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const values = [
  { yTrue: [1, 0, 1, 1], yPred: [0.8, 0.3, 0.5, 0.05] },
  { yTrue: [0, 1, 0], yPred: [0.7, 0.95, 0.45] },
];
const weighted = [
  { yTrue: [1, 0, 1, 1], yPred: [0.8, 0.3, 0.5, 0.05], sampleWeight: [1, 2, 0.5, 1] },
  { yTrue: [0, 1, 0], yPred: [0.7, 0.95, 0.45], sampleWeight: [3, 1, 0.25] },
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

// m = keras.metrics.TruePositives(), updated with each batch: m.result(), m.variables
test('TruePositives: defaults, values', () =>
  checkMetric({ metric: truePositives(), batches: values, expected: 2, variables: { accumulator: [2] } }));

// m = keras.metrics.TruePositives(thresholds=[0.2, 0.6]), updated with each batch: m.result(), m.variables
test('TruePositives: thresholds [0.2, 0.6], weighted', () =>
  checkMetric({
    metric: truePositives({ thresholds: [0.2, 0.6] }),
    batches: weighted,
    expected: [2.5, 2],
    variables: { accumulator: [2.5, 2] },
  }));

// m = keras.metrics.TruePositives(thresholds=[0.0, 0.5, 1.0]), updated with each batch: m.result(), m.variables
test('TruePositives: thresholds [0, 0.5, 1], weighted', () =>
  checkMetric({
    metric: truePositives({ thresholds: [0, 0.5, 1] }),
    batches: weightedRows,
    expected: [5, 4.5, 0],
    variables: { accumulator: [5, 4.5, 0] },
  }));

// m = keras.metrics.FalsePositives(), updated with each batch: m.result(), m.variables
test('FalsePositives: defaults, values', () =>
  checkMetric({ metric: falsePositives(), batches: values, expected: 1, variables: { accumulator: [1] } }));

// m = keras.metrics.FalsePositives(thresholds=[0.2, 0.6]), updated with each batch: m.result(), m.variables
test('FalsePositives: thresholds [0.2, 0.6], weighted', () =>
  checkMetric({
    metric: falsePositives({ thresholds: [0.2, 0.6] }),
    batches: weighted,
    expected: [5.25, 3],
    variables: { accumulator: [5.25, 3] },
  }));

// m = keras.metrics.FalsePositives(thresholds=[0.0, 0.5, 1.0]), updated with each batch: m.result(), m.variables
test('FalsePositives: thresholds [0, 0.5, 1], weighted', () =>
  checkMetric({
    metric: falsePositives({ thresholds: [0, 0.5, 1] }),
    batches: weightedRows,
    expected: [10, 3, 0],
    variables: { accumulator: [10, 3, 0] },
  }));

// m = keras.metrics.TrueNegatives(), updated with each batch: m.result(), m.variables
test('TrueNegatives: defaults, values', () =>
  checkMetric({ metric: trueNegatives(), batches: values, expected: 2, variables: { accumulator: [2] } }));

// m = keras.metrics.TrueNegatives(thresholds=[0.2, 0.6]), updated with each batch: m.result(), m.variables
test('TrueNegatives: thresholds [0.2, 0.6], weighted', () =>
  checkMetric({
    metric: trueNegatives({ thresholds: [0.2, 0.6] }),
    batches: weighted,
    expected: [0, 2.25],
    variables: { accumulator: [0, 2.25] },
  }));

// m = keras.metrics.TrueNegatives(thresholds=[0.0, 0.5, 1.0]), updated with each batch: m.result(), m.variables
test('TrueNegatives: thresholds [0, 0.5, 1], weighted', () =>
  checkMetric({
    metric: trueNegatives({ thresholds: [0, 0.5, 1] }),
    batches: weightedRows,
    expected: [0, 7, 10],
    variables: { accumulator: [0, 7, 10] },
  }));

// m = keras.metrics.FalseNegatives(), updated with each batch: m.result(), m.variables
test('FalseNegatives: defaults, values', () =>
  checkMetric({ metric: falseNegatives(), batches: values, expected: 2, variables: { accumulator: [2] } }));

// m = keras.metrics.FalseNegatives(thresholds=[0.2, 0.6]), updated with each batch: m.result(), m.variables
test('FalseNegatives: thresholds [0.2, 0.6], weighted', () =>
  checkMetric({
    metric: falseNegatives({ thresholds: [0.2, 0.6] }),
    batches: weighted,
    expected: [1, 1.5],
    variables: { accumulator: [1, 1.5] },
  }));

// m = keras.metrics.FalseNegatives(thresholds=[0.0, 0.5, 1.0]), updated with each batch: m.result(), m.variables
test('FalseNegatives: thresholds [0, 0.5, 1], weighted', () =>
  checkMetric({
    metric: falseNegatives({ thresholds: [0, 0.5, 1] }),
    batches: weightedRows,
    expected: [0, 0.5, 5],
    variables: { accumulator: [0, 0.5, 5] },
  }));
