/** TFF's aggregator_test and sum_aggregation_factory_test (contract F.7). */
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/graph/graph.js';
import { add, cast } from '../../src/graph/ops/math.js';
import { sum } from '../../src/graph/ops/reduce.js';
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

  it('finalizes the sums of counts, and of variables of several element types', async () => {
    const total = (name: string, ...dtypes: ('float32' | 'int32')[]) =>
      metric(
        name,
        dtypes.map((dtype) => spec([], dtype)),
        (values) => values.map((v) => cast(v as Output, 'float32')).reduce((a, b) => add(a, b)),
      );
    const client = [[1, 1], [1, 1], [1], [2, 1], [1, [1, 1]]];
    const all = [
      total('counts', 'int32', 'int32'),
      total('mixed', 'float32', 'int32'),
      counts(),
      accuracy(),
      metric('custom_sum', [spec(), spec([2])], ([a, b]) => add(a as Output, sum(b as Output))),
    ];
    const [only] = await rounds(sumThenFinalize(), all, [[client, client]]);
    expect(only.round).toEqual({ counts: 4, mixed: 4, num_examples: 2, accuracy: 2, custom_sum: 6 });
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
