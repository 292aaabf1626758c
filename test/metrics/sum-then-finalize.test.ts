/** TFF's aggregator_test and sum_aggregation_factory_test (contract F.7). */
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/graph/graph.js';
import { metrics } from '../../src/index.js';
import { accuracy, customSum, metric, rounds, spec } from './fixtures.js';

const { sumThenFinalize } = metrics;
const counts = () => metric('num_examples', [spec([], 'int64')], ([n]) => n as Output);

describe('sumThenFinalize', () => {
  it("has the numbers of TFF's tests", async () => {
    const all = [accuracy(), customSum()];
    const [first] = await rounds(sumThenFinalize(), all, [
      [
        [
          [1, 2],
          [1, 1, [1, 1]],
        ],
        [
          [3, 6],
          [1, 1, [1, 1]],
        ],
      ],
    ]);
    expect(first.round).toEqual({ accuracy: 0.5, custom_sum: 8 });
    expect(first.total).toEqual(first.round);
  });

  it('adds up all rounds before it finalizes', async () => {
    const all = [counts(), accuracy()];
    const client = [[1], [2, 1]];
    const [first, second] = await rounds(sumThenFinalize(), all, [[[[2], [3, 2]]], [client, client]]);
    expect(first.total).toEqual({ num_examples: 2, accuracy: 1.5 });
    expect(second).toMatchObject({ round: { num_examples: 2, accuracy: 2 }, total: { num_examples: 4, accuracy: 1.75 } });
  });

  it('is exact beyond 2^32 for counts', async () => {
    const [only] = await rounds(sumThenFinalize(), [counts()], [[[[2 ** 40]], [[2 ** 40 + 1]]]]);
    expect(only.round.num_examples).toBe(2 ** 41 + 1);
  });

  it('refuses what cannot be added up', () => {
    const text = metric('words', [spec([], 'string')], ([w]) => w as Output);
    expect(() => sumThenFinalize().parts([accuracy(), text])).toThrow(TypeError);
    expect(() => sumThenFinalize().parts([text])).toThrow('the variables of the metric `words` must be numbers, received string');
  });
});
