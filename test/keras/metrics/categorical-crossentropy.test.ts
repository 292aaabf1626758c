import { test } from 'vitest';
import { categoricalCrossentropy } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

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
      [1, 0, 0],
      [0, 0, 1],
    ],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.4, 0.35],
    ],
    sampleWeight: [1, 3],
  },
  { yTrue: [[0, 1, 0]], yPred: [[0.1, 0.6, 0.3]], sampleWeight: [0.5] },
];

// m = keras.metrics.CategoricalCrossentropy(), updated with each batch: m.result(), m.variables
test('CategoricalCrossentropy: defaults, rows', () =>
  checkMetric({ metric: categoricalCrossentropy(), batches: rows, expected: 0.63910753, variables: { total: 1.9173226, count: 3 } }));

// m = keras.metrics.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), updated with each batch: m.result(), m.variables
test('CategoricalCrossentropy: fromLogits true, labelSmoothing 0.1, weighted', () =>
  checkMetric({
    metric: categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
    batches: weightedRows,
    expected: 1.0002699,
    variables: { total: 4.5012145, count: 4.5 },
  }));
