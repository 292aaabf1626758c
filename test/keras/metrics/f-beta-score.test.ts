import { test } from 'vitest';
import { f1Score, fBetaScore } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const rows = [
  {
    yTrue: [
      [1, 1, 1],
      [1, 0, 0],
      [1, 1, 0],
    ],
    yPred: [
      [0.2, 0.6, 0.7],
      [0.2, 0.6, 0.6],
      [0.6, 0.8, 0],
    ],
  },
  { yTrue: [[0, 1, 0]], yPred: [[0.1, 0.9, 0.4]] },
];
const weightedRows = [
  {
    yTrue: [
      [1, 1, 1],
      [1, 0, 0],
      [1, 1, 0],
    ],
    yPred: [
      [0.2, 0.6, 0.7],
      [0.2, 0.6, 0.6],
      [0.6, 0.8, 0],
    ],
    sampleWeight: [1, 2, 0.5],
  },
  { yTrue: [[0, 1, 0]], yPred: [[0.1, 0.9, 0.4]], sampleWeight: [3] },
];

// m = keras.metrics.F1Score(), updated with each batch: m.result(), m.variables
test('F1Score: defaults, rows', () =>
  checkMetric({
    metric: f1Score(),
    batches: rows,
    expected: [0, 0.66666663, 0.66666657],
    variables: { true_positives: [0, 2, 1], false_positives: [0, 1, 1], false_negatives: [3, 1, 0], intermediate_weights: [3, 3, 1] },
  }));

// m = keras.metrics.F1Score(average='macro', threshold=0.5), updated with each batch: m.result(), m.variables
test('F1Score: average macro, threshold 0.5, rows', () =>
  checkMetric({
    metric: f1Score({ average: 'macro', threshold: 0.5 }),
    batches: rows,
    expected: 0.67460316,
    variables: { true_positives: [1, 3, 1], false_positives: [0, 1, 1], false_negatives: [2, 0, 0], intermediate_weights: [3, 3, 1] },
  }));

// m = keras.metrics.F1Score(average='weighted'), updated with each batch: m.result(), m.variables
test('F1Score: average weighted, weighted', () =>
  checkMetric({
    metric: f1Score({ average: 'weighted' }),
    batches: weightedRows,
    expected: 0.40555552,
    variables: {
      true_positives: [0, 3.5, 1],
      false_positives: [0, 2, 2],
      false_negatives: [3.5, 1, 0],
      intermediate_weights: [3.5, 4.5, 1],
    },
  }));

// m = keras.metrics.FBetaScore(average='micro', beta=2.0, threshold=0.5), updated with each batch: m.result(), m.variables
test('FBetaScore: average micro, beta 2, threshold 0.5, rows', () =>
  checkMetric({
    metric: fBetaScore({ average: 'micro', beta: 2, threshold: 0.5 }),
    batches: rows,
    expected: 0.71428567,
    variables: { true_positives: 5, false_positives: 2, false_negatives: 2, intermediate_weights: 7 },
  }));

// m = keras.metrics.FBetaScore(beta=0.5), updated with each batch: m.result(), m.variables
test('FBetaScore: beta 0.5, weighted', () =>
  checkMetric({
    metric: fBetaScore({ beta: 0.5 }),
    batches: weightedRows,
    expected: [0, 0.66037726, 0.38461536],
    variables: {
      true_positives: [0, 3.5, 1],
      false_positives: [0, 2, 2],
      false_negatives: [3.5, 1, 0],
      intermediate_weights: [3.5, 4.5, 1],
    },
  }));
