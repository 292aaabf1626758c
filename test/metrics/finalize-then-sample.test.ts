/** TFF's sampling_aggregation_factory_test (contract F.7). */
import { describe, expect, it } from 'vitest';
import { metrics } from '../../src/index.js';
import { accuracy, type ClientValues, metric, rounds, spec } from './fixtures.js';

const { finalizeThenSample } = metrics;
/** The client's number as a share of a hundred, and as it is. */
const numbered = (i: number): ClientValues => [[i, 100], [i]];
const all = () => [accuracy(), metric('n', [spec()], ([n]) => n as NonNullable<typeof n>)];
const clients = (from: number, to: number): ClientValues[] => Array.from({ length: to - from }, (_, i) => numbered(from + i));

describe('finalizeThenSample', () => {
  it.each([
    [4, 3, 3],
    [2, 2, 2],
    [2, 5, 2],
  ])('with a sample size of %i, of %i clients takes %i', async (sampleSize, count, expected) => {
    const [only] = await rounds(finalizeThenSample({ sampleSize }), all(), [clients(0, count)]);
    const { n, accuracy: shares } = only.round as { n: number[]; accuracy: number[] };
    expect(new Set(n).size).toBe(expected);
    expect(n.length).toBe(expected);
    n.forEach((v) => expect(v).toBeLessThan(count));
    // Both metrics are of the same clients.
    shares.forEach((share, i) => expect(share).toBeCloseTo((n[i] as number) / 100, 6));
  });

  it('samples the clients of all rounds alike', async () => {
    const total: number[] = [];
    for (let i = 0; i < 60; i++) {
      const aggregator = finalizeThenSample({ sampleSize: 3 });
      // The rounds are told apart by what they are of: the first is run with other seeds by rounds before it that do not count.
      const before = Array.from({ length: i }, () => [null, null]);
      const outputs = await rounds(aggregator, all(), [...before, clients(0, 2), clients(2, 10)]);
      const { n } = (outputs.at(-1) as (typeof outputs)[0]).total as { n: number[] };
      expect(new Set(n).size).toBe(3);
      total.push(...n);
    }
    // Each of ten is in 18 samples of 60 on average; five standard deviations are 18.
    const often = Array.from({ length: 10 }, (_, i) => total.filter((n) => n === i).length);
    expect(often.reduce((a, b) => a + b)).toBe(180);
    often.forEach((count) => expect(Math.abs(count - 18)).toBeLessThan(5 * Math.sqrt(60 * 0.3 * 0.7)));
  });

  it('takes whole values, and none of clients that do not count', async () => {
    const vector = metric('v', [spec([2])], ([v]) => v as NonNullable<typeof v>);
    const [first, second] = await rounds(finalizeThenSample(), [vector], [[[[[1, 2]]], null, [[[3, 4]]]], [null]]);
    const { v } = first.round as { v: number[] };
    expect([[1, 2, 3, 4].join(), [3, 4, 1, 2].join()]).toContain(v.join());
    expect(second.round).toEqual({ v: [] });
    expect(second.total).toEqual({ v });
  });

  it.each([0, -1])('refuses a sample size of %i', (sampleSize) => {
    expect(() => finalizeThenSample({ sampleSize })).toThrow(expect.objectContaining({ name: 'ValueError' }));
    expect(() => finalizeThenSample({ sampleSize })).toThrow(`\`sampleSize\` must be positive, received ${sampleSize}`);
  });

  it.each([null, '5'])('refuses a sample size of %j', (sampleSize) => {
    expect(() => finalizeThenSample({ sampleSize: sampleSize as never })).toThrow(TypeError);
  });

  it('refuses other sizes and options', () => {
    expect(() => finalizeThenSample({ sampleSize: 1.5 })).toThrow('must be a whole number');
    expect(() => finalizeThenSample({ sampleSize: 2 ** 21 })).toThrow(RangeError);
    expect(() => finalizeThenSample({ size: 3 } as never)).toThrow('has no option `size`');
  });
});
