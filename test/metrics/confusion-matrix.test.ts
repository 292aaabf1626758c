/** Against `fedjax.metrics.ConfusionMatrix` on the same examples. */
import { expect, test } from 'vitest';
import { metrics } from '../../src/index.js';
import { checkMetric } from '../../src/testing/check-metric.js';

const yTrue = [2, 0, 1, 2, 2];
const yPred = [
  [0, 1, 0],
  [3, 1, 0],
  [0.1, 0.2, 0.7],
  [0, 0, 1],
  [0, 0.5, 0.4],
];
const MATRIX = [
  [1, 0, 0],
  [0, 0, 1],
  [0, 2, 1],
];

test('it has the numbers of FedJAX', async () => {
  const metric = metrics.confusionMatrix({ numClasses: 3 });
  await checkMetric({ metric, batches: [{ yTrue, yPred }], expected: MATRIX, variables: { total_confusion_matrix: MATRIX } });
  const halves = [
    { yTrue: yTrue.slice(0, 2), yPred: yPred.slice(0, 2) },
    { yTrue: yTrue.slice(2), yPred: yPred.slice(2) },
  ];
  await checkMetric({ metric, batches: halves, expected: MATRIX });
});

test('it takes class numbers for predictions, weights, and a class that does not count', async () => {
  const sparse = { yTrue: [0, 1, 2, 5], yPred: [1, 1, 0, 0], sampleWeight: [0.5, 2, 3, 4] };
  const options = { numClasses: 3, sparseYPred: true, dtype: 'float32' } as const;
  await checkMetric({
    metric: metrics.confusionMatrix(options),
    batches: [sparse],
    expected: [
      [0, 0.5, 0],
      [0, 2, 0],
      [3, 0, 0],
    ],
  });
  await checkMetric({
    metric: metrics.confusionMatrix({ ...options, ignoreClass: 2 }),
    batches: [sparse],
    expected: [
      [0, 0.5, 0],
      [0, 2, 0],
      [0, 0, 0],
    ],
  });
  expect(() => metrics.confusionMatrix({ numClasses: 0 })).toThrow(/`numClasses of ConfusionMatrix` must be a finite number of at least 1/);
});
