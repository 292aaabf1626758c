/** Against TFF's `MaskedCategoricalAccuracy` (tensorflow_federated/python/simulation/baselines/keras_metrics.py) on the same batches. */
import { expect, it, test } from 'vitest';
import { metrics } from '../../src/index.js';
import { checkMetric } from '../../src/testing/check-metric.js';

const yTrue = [
  [1, 2, 4],
  [4, 0, 3],
];
const yPred = [
  [
    [0.55, 0.72, 0.6, 0.54, 0.42],
    [0.65, 0.44, 0.89, 0.96, 0.38],
    [0.79, 0.53, 0.57, 0.93, 0.07],
  ],
  [
    [0.09, 0.02, 0.83, 0.78, 0.87],
    [0.98, 0.8, 0.46, 0.78, 0.12],
    [0.64, 0.14, 0.94, 0.52, 0.41],
  ],
];
const sampleWeight = [
  [1, 2, 3],
  [1, 0.5, 2],
];

it.each([
  [{}, undefined, 0.5, 3, 6],
  [{}, sampleWeight, 0.2631579, 2.5, 9.5],
  [{ maskedTokens: [4] }, undefined, 0.5, 2, 4],
  [{ maskedTokens: [4] }, sampleWeight, 0.27272728, 1.5, 5.5],
  [{ maskedTokens: [4, 0] }, undefined, 0.33333334, 1, 3],
  [{ maskedTokens: [4, 0] }, sampleWeight, 0.2, 1, 5],
])('has the numbers of TFF with %o and weights %o', async (options, weights, expected, total, count) => {
  const batches = [{ yTrue, yPred, ...(weights && { sampleWeight: weights }) }];
  await checkMetric({ metric: metrics.maskedCategoricalAccuracy(options), batches, expected, variables: { total, count } });
});

test("TFF's own case: eight tokens, six of them right", async () => {
  const taken = [1, 2, 3, 4, 0, 0, 1, 2];
  const rows = taken.map((k) => Array.from({ length: 5 }, (_, c) => (c === k ? 0.9 : 0.1)));
  const batches = [
    { yTrue: [[1, 2, 3, 4]], yPred: [rows.slice(0, 4)] },
    { yTrue: [[0, 0, 0, 0]], yPred: [rows.slice(4)] },
  ];
  await checkMetric({ metric: metrics.maskedCategoricalAccuracy(), batches, expected: 6 / 8 });
  await checkMetric({ metric: metrics.maskedCategoricalAccuracy({ maskedTokens: [4] }), batches, expected: 5 / 7 });
  await checkMetric({ metric: metrics.maskedCategoricalAccuracy({ maskedTokens: [0, 1, 2, 3, 4] }), batches, expected: 0 });
});

test('a weight of an example is that of its tokens', () =>
  checkMetric({
    metric: metrics.maskedCategoricalAccuracy({ maskedTokens: [4] }),
    batches: [{ yTrue, yPred, sampleWeight: [2, 3] }],
    variables: { total: 5, count: 10 },
  }));

test("the name is TFF's", () => expect(metrics.maskedCategoricalAccuracy().name).toBe('accuracy'));
