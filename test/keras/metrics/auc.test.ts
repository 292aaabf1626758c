import { test } from 'vitest';
import { auc } from '../../../src/keras/metrics/index.js';
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
      [1, 0],
      [0, 1],
      [1, 1],
      [0, 0],
    ],
    yPred: [
      [0.8, 0.3],
      [0.4, 0.6],
      [0.55, 0.35],
      [0.6, 0.1],
    ],
  },
  {
    yTrue: [
      [0, 1],
      [1, 0],
    ],
    yPred: [
      [0.7, 0.2],
      [0.9, 0.45],
    ],
  },
];

// m = keras.metrics.AUC(num_thresholds=5), updated with each batch: m.result(), m.variables
test('AUC: numThresholds 5, values', () =>
  checkMetric({
    metric: auc({ numThresholds: 5 }),
    batches: values,
    expected: 0.58333331,
    variables: {
      true_positives: [4, 3, 2, 2, 0],
      false_positives: [3, 3, 1, 0, 0],
      true_negatives: [0, 0, 2, 3, 3],
      false_negatives: [0, 1, 2, 2, 4],
    },
  }));

// m = keras.metrics.AUC(num_thresholds=200), updated with each batch: m.result(), m.variables
test('AUC: numThresholds 200, weighted', () =>
  checkMetric({ metric: auc({ numThresholds: 200 }), batches: weighted, expected: 0.63265312 }));

// m = keras.metrics.AUC(num_thresholds=9, curve='PR'), updated with each batch: m.result(), m.variables
test('AUC: numThresholds 9, curve PR, values', () =>
  checkMetric({
    metric: auc({ numThresholds: 9, curve: 'PR' }),
    batches: values,
    expected: 0.79131365,
    variables: {
      true_positives: [4, 3, 3, 3, 2, 2, 2, 1, 0],
      false_positives: [3, 3, 3, 2, 1, 1, 0, 0, 0],
      true_negatives: [0, 0, 0, 1, 2, 2, 3, 3, 3],
      false_negatives: [0, 1, 1, 1, 2, 2, 2, 3, 4],
    },
  }));

// m = keras.metrics.AUC(num_thresholds=9, curve='PR', summation_method='majoring'), updated with each batch: m.result(), m.variables
test('AUC: numThresholds 9, curve PR, summationMethod majoring, values', () =>
  checkMetric({
    metric: auc({ numThresholds: 9, curve: 'PR', summationMethod: 'majoring' }),
    batches: values,
    expected: 0.80952382,
    variables: {
      true_positives: [4, 3, 3, 3, 2, 2, 2, 1, 0],
      false_positives: [3, 3, 3, 2, 1, 1, 0, 0, 0],
      true_negatives: [0, 0, 0, 1, 2, 2, 3, 3, 3],
      false_negatives: [0, 1, 1, 1, 2, 2, 2, 3, 4],
    },
  }));

// m = keras.metrics.AUC(num_thresholds=9, curve='ROC', summation_method='minoring'), updated with each batch: m.result(), m.variables
test('AUC: numThresholds 9, curve ROC, summationMethod minoring, values', () =>
  checkMetric({
    metric: auc({ numThresholds: 9, curve: 'ROC', summationMethod: 'minoring' }),
    batches: values,
    expected: 0.58333331,
    variables: {
      true_positives: [4, 3, 3, 3, 2, 2, 2, 1, 0],
      false_positives: [3, 3, 3, 2, 1, 1, 0, 0, 0],
      true_negatives: [0, 0, 0, 1, 2, 2, 3, 3, 3],
      false_negatives: [0, 1, 1, 1, 2, 2, 2, 3, 4],
    },
  }));

// m = keras.metrics.AUC(num_thresholds=9, curve='PRGAIN'), updated with each batch: m.result(), m.variables
test('AUC: numThresholds 9, curve PRGAIN, values', () =>
  checkMetric({
    metric: auc({ numThresholds: 9, curve: 'PRGAIN' }),
    batches: values,
    expected: 0.049382672,
    variables: {
      true_positives: [4, 3, 3, 3, 2, 2, 2, 1, 0],
      false_positives: [3, 3, 3, 2, 1, 1, 0, 0, 0],
      true_negatives: [0, 0, 0, 1, 2, 2, 3, 3, 3],
      false_negatives: [0, 1, 1, 1, 2, 2, 2, 3, 4],
    },
  }));

// m = keras.metrics.AUC(thresholds=[0.2, 0.9, 0.6]), updated with each batch: m.result(), m.variables
test('AUC: thresholds [0.2, 0.9, 0.6], weighted', () =>
  checkMetric({
    metric: auc({ thresholds: [0.2, 0.9, 0.6] }),
    batches: weighted,
    expected: 0.52040821,
    variables: {
      true_positives: [3.5, 2.5, 2, 1, 0],
      false_positives: [5.25, 5.25, 3, 0, 0],
      true_negatives: [0, 0, 2.25, 5.25, 5.25],
      false_negatives: [0, 1, 1.5, 2.5, 3.5],
    },
  }));

// m = keras.metrics.AUC(num_thresholds=9, multi_label=True, num_labels=2), updated with each batch: m.result(), m.variables
test('AUC: numThresholds 9, multiLabel true, numLabels 2, rows', () =>
  checkMetric({
    metric: auc({ numThresholds: 9, multiLabel: true, numLabels: 2 }),
    batches: rows,
    expected: 0.72222221,
    variables: {
      true_positives: [
        [3, 3],
        [3, 3],
        [3, 2],
        [3, 1],
        [3, 1],
        [2, 0],
        [2, 0],
        [1, 0],
        [0, 0],
      ],
      false_positives: [
        [3, 3],
        [3, 2],
        [3, 2],
        [3, 1],
        [2, 0],
        [1, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      true_negatives: [
        [0, 0],
        [0, 1],
        [0, 1],
        [0, 2],
        [1, 3],
        [2, 3],
        [3, 3],
        [3, 3],
        [3, 3],
      ],
      false_negatives: [
        [0, 0],
        [0, 0],
        [0, 1],
        [0, 2],
        [0, 2],
        [1, 3],
        [1, 3],
        [2, 3],
        [3, 3],
      ],
    },
  }));

// m = keras.metrics.AUC(num_thresholds=9, multi_label=True, curve='PR', label_weights=[0.75, 0.25]), updated with each batch: m.result(), m.variables
test('AUC: numThresholds 9, multiLabel true, curve PR, labelWeights [0.75, 0.25], rows', () =>
  checkMetric({
    metric: auc({ numThresholds: 9, multiLabel: true, curve: 'PR', labelWeights: [0.75, 0.25] }),
    batches: rows,
    expected: 0.82806939,
    variables: {
      true_positives: [
        [3, 3],
        [3, 3],
        [3, 2],
        [3, 1],
        [3, 1],
        [2, 0],
        [2, 0],
        [1, 0],
        [0, 0],
      ],
      false_positives: [
        [3, 3],
        [3, 2],
        [3, 2],
        [3, 1],
        [2, 0],
        [1, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      true_negatives: [
        [0, 0],
        [0, 1],
        [0, 1],
        [0, 2],
        [1, 3],
        [2, 3],
        [3, 3],
        [3, 3],
        [3, 3],
      ],
      false_negatives: [
        [0, 0],
        [0, 0],
        [0, 1],
        [0, 2],
        [0, 2],
        [1, 3],
        [1, 3],
        [2, 3],
        [3, 3],
      ],
    },
  }));

// m = keras.metrics.AUC(thresholds=[0.35, 0.5], multi_label=True), updated with each batch: m.result(), m.variables
test('AUC: thresholds [0.35, 0.5], multiLabel true, rows', () =>
  checkMetric({
    metric: auc({ thresholds: [0.35, 0.5], multiLabel: true }),
    batches: rows,
    expected: 0.61111104,
    variables: {
      true_positives: [
        [3, 3],
        [3, 1],
        [3, 1],
        [0, 0],
      ],
      false_positives: [
        [3, 3],
        [3, 1],
        [2, 0],
        [0, 0],
      ],
      true_negatives: [
        [0, 0],
        [0, 2],
        [1, 3],
        [3, 3],
      ],
      false_negatives: [
        [0, 0],
        [0, 2],
        [0, 2],
        [3, 3],
      ],
    },
  }));

// m = keras.metrics.AUC(num_thresholds=9, label_weights=[2.0, 1.0]), updated with each batch: m.result(), m.variables
test('AUC: numThresholds 9, labelWeights [2, 1], rows', () =>
  checkMetric({
    metric: auc({ numThresholds: 9, labelWeights: [2, 1] }),
    batches: rows,
    expected: 0.69753087,
    variables: {
      true_positives: [9, 9, 8, 7, 7, 4, 4, 2, 0],
      false_positives: [9, 8, 8, 7, 4, 2, 0, 0, 0],
      true_negatives: [0, 1, 1, 2, 5, 7, 9, 9, 9],
      false_negatives: [0, 0, 1, 2, 2, 5, 5, 7, 9],
    },
  }));

// m = keras.metrics.AUC(num_thresholds=9, from_logits=True), updated with each batch: m.result(), m.variables
test('AUC: numThresholds 9, fromLogits true, values', () =>
  checkMetric({
    metric: auc({ numThresholds: 9, fromLogits: true }),
    batches: values,
    expected: 0.58333331,
    variables: {
      true_positives: [4, 4, 4, 4, 4, 2, 0, 0, 0],
      false_positives: [3, 3, 3, 3, 3, 1, 0, 0, 0],
      true_negatives: [0, 0, 0, 0, 0, 2, 3, 3, 3],
      false_negatives: [0, 0, 0, 0, 0, 2, 4, 4, 4],
    },
  }));
