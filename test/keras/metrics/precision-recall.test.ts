import { test } from 'vitest';
import { precision, recall } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const values = [
  { yTrue: [1, 0, 1, 1], yPred: [0.8, 0.3, 0.5, 0.05] },
  { yTrue: [0, 1, 0], yPred: [0.7, 0.95, 0.45] },
];
const weighted = [
  { yTrue: [1, 0, 1, 1], yPred: [0.8, 0.3, 0.5, 0.05], sampleWeight: [1, 2, 0.5, 1] },
  { yTrue: [0, 1, 0], yPred: [0.7, 0.95, 0.45], sampleWeight: [3, 1, 0.25] },
];
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

// m = keras.metrics.Precision(), updated with each batch: m.result(), m.variables
test('Precision: defaults, values', () =>
  checkMetric({ metric: precision(), batches: values, expected: 0.66666669, variables: { true_positives: [2], false_positives: [1] } }));

// m = keras.metrics.Precision(thresholds=[0.1, 0.7]), updated with each batch: m.result(), m.variables
test('Precision: thresholds [0.1, 0.7], weighted', () =>
  checkMetric({
    metric: precision({ thresholds: [0.1, 0.7] }),
    batches: weighted,
    expected: [0.32258064, 1],
    variables: { true_positives: [2.5, 2], false_positives: [5.25, 0] },
  }));

// m = keras.metrics.Precision(top_k=1), updated with each batch: m.result(), m.variables
test('Precision: topK 1, rows', () =>
  checkMetric({
    metric: precision({ topK: 1 }),
    batches: rows,
    expected: 0.66666669,
    variables: { true_positives: [2], false_positives: [1] },
  }));

// m = keras.metrics.Precision(class_id=1, thresholds=0.35), updated with each batch: m.result(), m.variables
test('Precision: classId 1, thresholds 0.35, weighted', () =>
  checkMetric({
    metric: precision({ classId: 1, thresholds: 0.35 }),
    batches: weightedRows,
    expected: 0.71428573,
    variables: { true_positives: [2.5], false_positives: [1] },
  }));

// m = keras.metrics.Recall(), updated with each batch: m.result(), m.variables
test('Recall: defaults, values', () =>
  checkMetric({ metric: recall(), batches: values, expected: 0.5, variables: { true_positives: [2], false_negatives: [2] } }));

// m = keras.metrics.Recall(thresholds=[0.1, 0.7]), updated with each batch: m.result(), m.variables
test('Recall: thresholds [0.1, 0.7], weighted', () =>
  checkMetric({
    metric: recall({ thresholds: [0.1, 0.7] }),
    batches: weighted,
    expected: [0.71428573, 0.5714286],
    variables: { true_positives: [2.5, 2], false_negatives: [1, 1.5] },
  }));

// m = keras.metrics.Recall(top_k=1), updated with each batch: m.result(), m.variables
test('Recall: topK 1, rows', () =>
  checkMetric({
    metric: recall({ topK: 1 }),
    batches: rows,
    expected: 0.66666669,
    variables: { true_positives: [2], false_negatives: [1] },
  }));

// m = keras.metrics.Recall(class_id=1, thresholds=0.35), updated with each batch: m.result(), m.variables
test('Recall: classId 1, thresholds 0.35, weighted', () =>
  checkMetric({
    metric: recall({ classId: 1, thresholds: 0.35 }),
    batches: weightedRows,
    expected: 1,
    variables: { true_positives: [2.5], false_negatives: [0] },
  }));
