import { test } from 'vitest';
import { r2Score } from '../../../src/keras/metrics/index.js';
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

// m = keras.metrics.R2Score(), updated with each batch: m.result(), m.variables
test('R2Score: defaults, rows', () =>
  checkMetric({
    metric: r2Score(),
    batches: rows,
    expected: -2.5650942,
    variables: {
      num_samples: 9,
      squared_sum: [2.25, 5.0625, 13.25],
      sum: [2.5, 1.25, -0.5],
      residual: [1.49, 6.5025001, 4.2600002],
      count: [3, 3, 3],
    },
  }));

// m = keras.metrics.R2Score(class_aggregation='variance_weighted_average'), updated with each batch: m.result(), m.variables
test('R2Score: classAggregation variance_weighted_average, rows', () =>
  checkMetric({
    metric: r2Score({ classAggregation: 'variance_weighted_average' }),
    batches: rows,
    expected: 0.31454545,
    variables: {
      num_samples: 9,
      squared_sum: [2.25, 5.0625, 13.25],
      sum: [2.5, 1.25, -0.5],
      residual: [1.49, 6.5025001, 4.2600002],
      count: [3, 3, 3],
    },
  }));

// m = keras.metrics.R2Score(class_aggregation=None), updated with each batch: m.result(), m.variables
test('R2Score: classAggregation null, weighted', () =>
  checkMetric({
    metric: r2Score({ classAggregation: null }),
    batches: weightedRows,
    expected: [-21.371433, -1.0840816, 0.41642857],
    variables: {
      num_samples: 9,
      squared_sum: [3.75, 3.1875, 31.125],
      sum: [4, 0.75, -6.75],
      residual: [4.3500004, 6.3825002, 12.255],
      count: [4.5, 4.5, 4.5],
    },
  }));

// m = keras.metrics.R2Score(num_regressors=2), updated with each batch: m.result(), m.variables
test('R2Score: numRegressors 2, rows', () =>
  checkMetric({
    metric: r2Score({ numRegressors: 2 }),
    batches: rows,
    expected: -3.753459,
    variables: {
      num_samples: 9,
      squared_sum: [2.25, 5.0625, 13.25],
      sum: [2.5, 1.25, -0.5],
      residual: [1.49, 6.5025001, 4.2600002],
      count: [3, 3, 3],
    },
  }));
