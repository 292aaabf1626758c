/** Against the example of FedJAX's `SequenceTokenOOVRate` (fedjax/core/metrics.py), whose padding is masked by default. */
import { expect, it, test } from 'vitest';
import { metrics } from '../../src/index.js';
import { checkMetric } from '../../src/testing/check-metric.js';

const yTrue = [
  [1, 2, 2, 3, 4, 0, 0],
  [2, 5, 0, 0, 0, 0, 0],
];
const yPred = yTrue.map((row) => row.map(() => [0.5, 0.5]));
const first = [{ yTrue: yTrue.slice(0, 1), yPred: yPred.slice(0, 1) }];
const both = [{ yTrue, yPred }];

it.each([
  [{ oovTokens: [2], maskedTokens: [0] }, first, 2, 5],
  [{ oovTokens: [2], maskedTokens: [0] }, both, 3, 7],
  // FedJAX finds none of several.
  [{ oovTokens: [2, 5], maskedTokens: [0] }, both, 4, 7],
  [{ oovTokens: [2] }, both, 3, 14],
  [{ oovTokens: [], maskedTokens: [0] }, both, 0, 7],
  [{ oovTokens: [0], maskedTokens: [0] }, both, 0, 7],
])('with %o is the share of tokens', async (options, batches, total, count) => {
  await checkMetric({ metric: metrics.sequenceTokenOovRate(options), batches, expected: total / count, variables: { total, count } });
});

test('a weight of an example is that of its tokens', () =>
  checkMetric({
    metric: metrics.sequenceTokenOovRate({ oovTokens: [2], maskedTokens: [0] }),
    batches: [{ yTrue, yPred, sampleWeight: [2, 3] }],
    variables: { total: 2 * 2 + 3, count: 2 * 5 + 3 * 2 },
  }));

test('tokens outside of the vocabulary must be named', () =>
  expect(() => metrics.sequenceTokenOovRate({ oovTokens: 2 } as never)).toThrow(
    '`oovTokens of SequenceTokenOovRate` must be a list, received 2',
  ));

test('the name', () => expect(metrics.sequenceTokenOovRate({ oovTokens: [1] }).name).toBe('sequence_token_oov_rate'));
