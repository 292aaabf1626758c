/** TFF's aggregator_test of `secure_sum_then_finalize` (contract F.7). */
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/graph/graph.js';
import { add, cast, div } from '../../src/graph/ops/math.js';
import { aggregators, metrics } from '../../src/index.js';
import { Growing, SumPlusOne } from '../aggregators/fixtures.js';
import { accuracy, customSum, metric, rounds, spec } from './fixtures.js';

const { secureSumThenFinalize, sumThenFinalize } = metrics;
const CLIENTS = [
  [
    [1, 2],
    [1, 1, [1, 1]],
  ],
  [
    [3, 6],
    [1, 1, [1, 1]],
  ],
];
const none = { secureUpperClippedCount: 0, secureLowerClippedCount: 0, secureUpperThreshold: 2 ** 20 - 1, secureLowerThreshold: 0 };

/** `divide` of floats and `sum` of mixed element types. */
const mixed = () => [
  metric('divide', [spec(), spec()], ([a, b]) => cast(add(a as Output, b as Output), 'float32')),
  metric('sum', [spec([], 'int32'), spec()], ([a, b]) => add(cast(a as Output, 'float32'), b as Output)),
];

describe('secureSumThenFinalize', () => {
  it('gives what plain sums give, by ranges [0, 2^20 - 1]', async () => {
    const all = [accuracy(), customSum()];
    const [first] = await rounds(secureSumThenFinalize(), all, [CLIENTS]);
    expect(first.round.accuracy).toBeCloseTo(0.5, 3);
    expect(first.round.custom_sum).toBeCloseTo(8, 3);
    expect(first.measurements).toEqual({ secureSumMeasurements: { '0/1048575/float32': none } });
  });

  it('clips to ranges that are given, and counts the clients', async () => {
    const aggregator = secureSumThenFinalize({ metricValueRanges: { accuracy: [null, [0, 1]] } });
    const [first, second] = await rounds(aggregator, [accuracy(), customSum()], [CLIENTS, CLIENTS]);
    // (1 + 3) / (1 + 1)
    expect(first.round.accuracy).toBeCloseTo(2, 3);
    expect(first.measurements).toEqual({
      secureSumMeasurements: {
        '0/1048575/float32': none,
        '0/1/float32': { ...none, secureUpperClippedCount: 2, secureUpperThreshold: 1 },
      },
    });
    expect(second.total.accuracy).toBeCloseTo(2, 3);
    expect(second.total.custom_sum).toBeCloseTo(16, 3);
  });

  it('sums each element type by itself, integers exactly', async () => {
    const aggregator = secureSumThenFinalize({ metricValueRanges: { sum: [[0, 1000], undefined], divide: null } });
    const [first] = await rounds(aggregator, mixed(), [
      [
        [
          [1, 2],
          [1, 1],
        ],
        [
          [3, 4],
          [5000, 1],
        ],
      ],
    ]);
    expect(first.round.divide).toBeCloseTo(10, 2);
    expect(first.round.sum).toBeCloseTo(1001 + 2, 2);
    expect(Object.keys(first.measurements.secureSumMeasurements)).toEqual(['0/1000/int32', '0/1048575/float32']);
  });

  it('has the numbers of TFF for mixed element types', async () => {
    const all = [
      metric('divide', [spec([], 'int32'), spec()], ([a, b]) => div(cast(a as Output, 'float32'), b as Output)),
      metric('sum', [spec([], 'int32'), spec()], ([a, b]) => add(cast(a as Output, 'float32'), b as Output)),
    ];
    const [only] = await rounds(secureSumThenFinalize(), all, [
      [
        [
          [1, 1],
          [1, 1],
        ],
        [
          [3, 1],
          [1, 2],
        ],
      ],
    ]);
    expect(only.round.divide).toBeCloseTo(2, 3);
    expect(only.round.sum).toBeCloseTo(5, 3);
    expect(only.measurements).toEqual({ secureSumMeasurements: { '0/1048575/float32': none, '0/1048575/int32': none } });
  });

  it('follows bounds that are estimated, each by itself', async () => {
    const aggregator = secureSumThenFinalize({
      metricValueRanges: {
        accuracy: [
          [0, new Growing()],
          [0, new Growing(5)],
        ],
      },
    });
    const [first, second] = await rounds(
      aggregator,
      [accuracy()],
      [
        [[[1, 2]], [[3, 6]]],
        [[[1, 2]], [[3, 6]]],
      ],
    );
    // (1 + 1) / (1 + 1), then (1 + 2) / (2 + 6).
    expect(first.round.accuracy).toBeCloseTo(1, 5);
    expect(second.round.accuracy).toBeCloseTo(3 / 8, 5);
    expect(second.total.accuracy).toBeCloseTo(5 / 10, 5);
    const measured = second.measurements.secureSumMeasurements;
    expect(Object.keys(measured)).toEqual(['0/estimated/float32', '0/estimated/float32_1']);
    expect(measured['0/estimated/float32_1']).toMatchObject({ secureUpperThreshold: 6, secureUpperClippedCount: 0 });
  });

  it('takes a protocol', async () => {
    const counts = () => [metric('n', [spec([], 'int64')], ([n]) => n as Output)];
    const [own] = await rounds(secureSumThenFinalize({ protocol: new SumPlusOne() }), counts(), [[[[1]], [[2]]]]);
    expect(own.round.n).toBe(4);
    const [shared] = await rounds(secureSumThenFinalize({ protocol: aggregators.additiveSharing() }), counts(), [[[[1]], [[2]]]]);
    expect(shared.round.n).toBe(3);
  });

  it.each([
    [{ metricValueRanges: { accuracy: [null, [0, 1, 2]] } }, '`metricValueRanges.accuracy[1]` must be defined as a 2-tuple [lower, upper]'],
    [{ metricValueRanges: { accuracy: [null, 3] } }, 'must be defined as a 2-tuple [lower, upper], received 3'],
    [{ metricValueRanges: { accuracy: [[1, 0], null] } }, 'must be above'],
    [{ metricValueRanges: { accuracy: [[0, 1]] } }, '`metricValueRanges.accuracy` must be a list of 2 ranges, received 1'],
    [{ metricValueRanges: { acuracy: [] } }, '`metricValueRanges` must be of the metrics accuracy, received "acuracy"'],
  ])('refuses %j with a ValueError', (options, message) => {
    expect(() => secureSumThenFinalize(options as never).parts([accuracy()])).toThrow(expect.objectContaining({ name: 'ValueError' }));
    expect(() => secureSumThenFinalize(options as never).parts([accuracy()])).toThrow(message);
  });

  it.each([
    [{ ranges: {} }, /has no option `ranges`/],
    [{ metricValueRanges: [] }, /`metricValueRanges` must be a dictionary/],
    [{ metricValueRanges: { accuracy: 3 } }, /`metricValueRanges.accuracy` must be a list/],
    [{ metricValueRanges: { accuracy: [['0', 1]] } }, /`lowerBoundThreshold` must be a number/],
    [{ protocol: aggregators.mean() }, /`protocol` must be an unweighted aggregator/],
  ])('refuses %j with a TypeError', (options, message) => {
    expect(() => secureSumThenFinalize(options as never)).toThrow(TypeError);
    expect(() => secureSumThenFinalize(options as never)).toThrow(message);
  });

  it('refuses texts, and fractional bounds of integers', () => {
    const text = metric('words', [spec([], 'string')], ([w]) => w as Output);
    expect(() => secureSumThenFinalize().parts([text])).toThrow(TypeError);
    const aggregator = secureSumThenFinalize({ metricValueRanges: { sum: [[0, 0.5], null] } });
    expect(() => aggregator.parts(mixed())).toThrow(/must be whole numbers for int32/);
    expect(() => sumThenFinalize().parts(mixed())).not.toThrow();
  });
});
