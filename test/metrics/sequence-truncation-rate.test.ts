/** Against the examples of FedJAX's `SequenceTruncationRate` (fedjax/core/metrics.py). */
import { expect, it, test } from 'vitest';
import { metrics } from '../../src/index.js';
import { checkMetric } from '../../src/testing/check-metric.js';

const whole = [1, 2, 2, 3, 3, 3, 4];
const truncated = [1, 2, 2, 3, 3, 3, 3];
const short = [1, 4, 0, 0, 0, 0, 0];
const empty = [0, 0, 0, 0, 0, 0, 0];
const batch = (yTrue: number[][]) => [{ yTrue, yPred: yTrue.map((row) => row.map(() => [0.5, 0.5])) }];

it.each([
  [[whole], 0, 1],
  [[truncated], 1, 1],
  [[whole, truncated, short, empty], 1, 3],
  [[empty], 0, 0],
])('of %j is the share of sequences', async (yTrue, total, count) => {
  const metric = metrics.sequenceTruncationRate({ eosToken: 4, maskedTokens: [0] });
  await checkMetric({ metric, batches: batch(yTrue), expected: count === 0 ? 0 : total / count, variables: { total, count } });
});

test('without a mask an empty sequence is one that was cut off', () =>
  checkMetric({ metric: metrics.sequenceTruncationRate({ eosToken: 4 }), batches: batch([whole, empty]), expected: 1 / 2 }));

test('a sequence weighs as it is weighed, or as its heaviest token', async () => {
  const metric = () => metrics.sequenceTruncationRate({ eosToken: 4, maskedTokens: [0] });
  const [given] = batch([truncated, short, empty]);
  const batches = [{ ...(given as object), sampleWeight: [2, 3, 5] }] as never;
  await checkMetric({ metric: metric(), batches, variables: { total: 2, count: 5 } });
  const byToken = [{ ...(given as object), sampleWeight: [[0, 0, 0, 0, 0, 0, 0.5], whole, whole] }] as never;
  await checkMetric({ metric: metric(), batches: byToken, variables: { total: 0.5, count: 2.5 } });
});

test('labels must be sequences', () =>
  expect(
    checkMetric({ metric: metrics.sequenceTruncationRate({ eosToken: 4 }), batches: [{ yTrue: [[[1], [4]]], yPred: [[[1], [1]]] }] }),
  ).rejects.toThrow('labels of SequenceTruncationRate must be [batch, time]'));

test('the name', () => expect(metrics.sequenceTruncationRate({ eosToken: 1 }).name).toBe('sequence_truncation_rate'));
