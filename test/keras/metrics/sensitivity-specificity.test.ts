import { test } from 'vitest';
import {
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
} from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const weighted = [
  { yTrue: [1, 0, 1, 1], yPred: [0.8, 0.3, 0.5, 0.05], sampleWeight: [1, 2, 0.5, 1] },
  { yTrue: [0, 1, 0], yPred: [0.7, 0.95, 0.45], sampleWeight: [3, 1, 0.25] },
];
const values = [
  { yTrue: [1, 0, 1, 1], yPred: [0.8, 0.3, 0.5, 0.05] },
  { yTrue: [0, 1, 0], yPred: [0.7, 0.95, 0.45] },
];
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

// m = keras.metrics.SensitivityAtSpecificity(specificity=0.6, num_thresholds=11), updated with each batch: m.result(), m.variables
test('SensitivityAtSpecificity: specificity 0.6, numThresholds 11, weighted', () =>
  checkMetric({
    metric: sensitivityAtSpecificity({ specificity: 0.6, numThresholds: 11 }),
    batches: weighted,
    expected: 0.5714286,
    variables: {
      true_positives: [3.5, 2.5, 2.5, 2.5, 2.5, 2, 2, 2, 1, 1, 0],
      false_positives: [5.25, 5.25, 5.25, 3.25, 3.25, 3, 3, 0, 0, 0, 0],
      true_negatives: [0, 0, 0, 2, 2, 2.25, 2.25, 5.25, 5.25, 5.25, 5.25],
      false_negatives: [0, 1, 1, 1, 1, 1.5, 1.5, 1.5, 2.5, 2.5, 3.5],
    },
  }));

// m = keras.metrics.SpecificityAtSensitivity(sensitivity=0.5, num_thresholds=11), updated with each batch: m.result(), m.variables
test('SpecificityAtSensitivity: sensitivity 0.5, numThresholds 11, values', () =>
  checkMetric({
    metric: specificityAtSensitivity({ sensitivity: 0.5, numThresholds: 11 }),
    batches: values,
    expected: 1,
    variables: {
      true_positives: [4, 3, 3, 3, 3, 2, 2, 2, 1, 1, 0],
      false_positives: [3, 3, 3, 2, 2, 1, 1, 0, 0, 0, 0],
      true_negatives: [0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3],
      false_negatives: [0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4],
    },
  }));

// m = keras.metrics.PrecisionAtRecall(recall=0.5, num_thresholds=7), updated with each batch: m.result(), m.variables
test('PrecisionAtRecall: recall 0.5, numThresholds 7, values', () =>
  checkMetric({
    metric: precisionAtRecall({ recall: 0.5, numThresholds: 7 }),
    batches: values,
    expected: 0.66666669,
    variables: {
      true_positives: [4, 3, 3, 2, 2, 1, 0],
      false_positives: [3, 3, 2, 1, 1, 0, 0],
      true_negatives: [0, 0, 1, 2, 2, 3, 3],
      false_negatives: [0, 1, 1, 2, 2, 3, 4],
    },
  }));

// m = keras.metrics.RecallAtPrecision(precision=0.6, num_thresholds=11, class_id=0), updated with each batch: m.result(), m.variables
test('RecallAtPrecision: precision 0.6, numThresholds 11, classId 0, rows', () =>
  checkMetric({
    metric: recallAtPrecision({ precision: 0.6, numThresholds: 11, classId: 0 }),
    batches: rows,
    expected: 1,
    variables: {
      true_positives: [3, 2, 2, 2, 2, 2, 1, 1, 0, 0, 0],
      false_positives: [2, 2, 2, 2, 1, 1, 1, 0, 0, 0, 0],
      true_negatives: [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2],
      false_negatives: [0, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3],
    },
  }));

// m = keras.metrics.SensitivityAtSpecificity(specificity=0.5, num_thresholds=1), updated with each batch: m.result(), m.variables
test('SensitivityAtSpecificity: specificity 0.5, numThresholds 1, values', () =>
  checkMetric({
    metric: sensitivityAtSpecificity({ specificity: 0.5, numThresholds: 1 }),
    batches: values,
    expected: 0.5,
    variables: { true_positives: [2], false_positives: [1], true_negatives: [2], false_negatives: [2] },
  }));
