import { test } from 'vitest';
import {
  categoricalHinge,
  hinge,
  klDivergence,
  logCoshError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  squaredHinge,
} from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const rows = [
  {
    yTrue: [
      [0.5, -1, 2],
      [1, 0.25, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
  },
  { yTrue: [[1, 2, 0.5]], yPred: [[0.8, 2.5, 0.6]] },
];
const weightedRows = [
  {
    yTrue: [
      [0.5, -1, 2],
      [1, 0.25, -3],
    ],
    yPred: [
      [0.4, 1.5, 2.5],
      [-0.2, 0.3, -1],
    ],
    sampleWeight: [1, 3],
  },
  { yTrue: [[1, 2, 0.5]], yPred: [[0.8, 2.5, 0.6]], sampleWeight: [0.5] },
];
const rows2 = [
  {
    yTrue: [
      [1, 2, 0.5],
      [3, 0.1, 4],
    ],
    yPred: [
      [0.8, 2.5, 0.6],
      [2, 0.4, 5],
    ],
  },
  { yTrue: [[1, 2, 0.5]], yPred: [[0.8, 2.5, 0.6]] },
];
const rows3 = [
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
const rows4 = [
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

// m = keras.metrics.MeanSquaredError(), updated with each batch: m.result(), m.variables
test('MeanSquaredError: defaults, rows', () =>
  checkMetric({ metric: meanSquaredError(), batches: rows, expected: 1.3613888, variables: { total: 4.0841665, count: 3 } }));

// m = keras.metrics.MeanSquaredError(), updated with each batch: m.result(), m.variables
test('MeanSquaredError: defaults, weighted', () =>
  checkMetric({ metric: meanSquaredError(), batches: weightedRows, expected: 1.7027779, variables: { total: 7.6625004, count: 4.5 } }));

// m = keras.metrics.MeanAbsoluteError(), updated with each batch: m.result(), m.variables
test('MeanAbsoluteError: defaults, rows', () =>
  checkMetric({ metric: meanAbsoluteError(), batches: rows, expected: 0.7944445, variables: { total: 2.3833334, count: 3 } }));

// m = keras.metrics.MeanAbsolutePercentageError(), updated with each batch: m.result(), m.variables
test('MeanAbsolutePercentageError: defaults, rows', () =>
  checkMetric({ metric: meanAbsolutePercentageError(), batches: rows, expected: 62.962967, variables: { total: 188.8889, count: 3 } }));

// m = keras.metrics.MeanSquaredLogarithmicError(), updated with each batch: m.result(), m.variables
test('MeanSquaredLogarithmicError: defaults, rows', () =>
  checkMetric({
    metric: meanSquaredLogarithmicError(),
    batches: rows2,
    expected: 0.028024243,
    variables: { total: 0.084072731, count: 3 },
  }));

// m = keras.metrics.LogCoshError(), updated with each batch: m.result(), m.variables
test('LogCoshError: defaults, rows', () =>
  checkMetric({ metric: logCoshError(), batches: rows, expected: 0.44484329, variables: { total: 1.3345299, count: 3 } }));

// m = keras.metrics.Hinge(), updated with each batch: m.result(), m.variables
test('Hinge: defaults, rows', () =>
  checkMetric({ metric: hinge(), batches: rows3, expected: 0.91000003, variables: { total: 4.5500002, count: 5 } }));

// m = keras.metrics.SquaredHinge(), updated with each batch: m.result(), m.variables
test('SquaredHinge: defaults, rows', () =>
  checkMetric({ metric: squaredHinge(), batches: rows3, expected: 1.1389999, variables: { total: 5.6949997, count: 5 } }));

// m = keras.metrics.CategoricalHinge(), updated with each batch: m.result(), m.variables
test('CategoricalHinge: defaults, rows', () =>
  checkMetric({ metric: categoricalHinge(), batches: rows4, expected: 0.75, variables: { total: 2.25, count: 3 } }));

// m = keras.metrics.KLDivergence(), updated with each batch: m.result(), m.variables
test('KLDivergence: defaults, rows', () =>
  checkMetric({ metric: klDivergence(), batches: rows4, expected: 0.63910466, variables: { total: 1.9173141, count: 3 } }));

// m = keras.metrics.Poisson(), updated with each batch: m.result(), m.variables
test('Poisson: defaults, rows', () =>
  checkMetric({ metric: poisson(), batches: rows2, expected: 0.45182061, variables: { total: 1.3554618, count: 3 } }));
