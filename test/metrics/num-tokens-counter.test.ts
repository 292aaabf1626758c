/** Against TFF's `NumTokensCounter` (tensorflow_federated/python/simulation/baselines/keras_metrics.py) on the same batches. */
import { expect, it, test } from 'vitest';
import { metrics } from '../../src/index.js';
import { checkMetric } from '../../src/testing/check-metric.js';

const yTrue = [
  [1, 2, 4],
  [4, 0, 3],
];
const yPred = yTrue.map((row) => row.map(() => [0.1, 0.2, 0.3, 0.2, 0.2]));
const sampleWeight = [
  [1, 2, 3],
  [1, 0.5, 2],
];

it.each([
  [{}, undefined, 6],
  [{}, sampleWeight, 9],
  [{ maskedTokens: [4] }, undefined, 4],
  [{ maskedTokens: [4] }, sampleWeight, 5],
  [{ maskedTokens: [4, 0] }, undefined, 3],
  [{ maskedTokens: [4, 0] }, sampleWeight, 5],
])('has the numbers of TFF with %o and weights %o', async (options, weights, expected) => {
  const batch = { yTrue, yPred, ...(weights && { sampleWeight: weights }) };
  await checkMetric({ metric: metrics.numTokensCounter(options), batches: [batch], expected, variables: { sum: expected } });
  await checkMetric({ metric: metrics.numTokensCounter(options), batches: [batch, batch], expected: 2 * expected });
});

test('weights that are no whole numbers count in full in a floating-point sum', () =>
  checkMetric({ metric: metrics.numTokensCounter({ dtype: 'float32' }), batches: [{ yTrue, yPred, sampleWeight }], expected: 9.5 }));

test("the name is TFF's", () => expect(metrics.numTokensCounter().name).toBe('num_tokens'));
