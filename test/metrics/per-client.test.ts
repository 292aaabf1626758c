/** Distributions over clients, against NumPy's `mean`, `std(ddof=1)`, `quantile` and `histogram`. */
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/graph/graph.js';
import { metrics } from '../../src/index.js';
import { accuracy, type ClientValues, metric, rounds, spec } from './fixtures.js';

const { perClient } = metrics;
/** Clients of unequal size: a quarter of the examples are of the first. */
const SHARES = [0.1, 0.9, 0.4, 0.75, 0.2, 0.55, 0.8];
const client = (share: number, i: number): ClientValues => [[share * (10 * (i + 1)), 10 * (i + 1)]];
const CLIENTS = SHARES.map(client);
const QUANTILES = [0, 0.1, 0.5, 0.9, 1];

const close = (values: readonly number[]) => values.map((v) => expect.closeTo(v, 6));

describe('perClient', () => {
  it("has NumPy's numbers, of a round and of all rounds", async () => {
    const aggregator = perClient({ quantiles: QUANTILES, histograms: { accuracy: { min: 0.2, max: 0.8, bins: 4 } } });
    const [first, second] = await rounds(aggregator, [accuracy()], [CLIENTS, [client(0.3, 0), client(0.6, 0)]]);
    const one = first.round.perClient.accuracy;
    expect(first.total).toEqual(first.round);
    expect(one.numClients).toBe(7);
    expect(one.mean).toBeCloseTo(0.5285714300615447, 6);
    expect(one.standardDeviation).toBeCloseTo(0.30802751467699213, 6);
    expect(one.quantiles).toEqual(close([0.1, 0.16, 0.55, 0.84, 0.9]));
    // What is outside is in the first bin or the last.
    expect(one.histogram).toEqual([2, 1, 1, 3]);
    const total = second.total.perClient.accuracy;
    expect(total.numClients).toBe(9);
    expect(total.mean).toBeCloseTo(0.5111111162437333, 6);
    expect(total.standardDeviation).toBeCloseTo(0.27925993110389213, 6);
    expect(total.quantiles).toEqual(close([0.1, 0.18, 0.55, 0.82, 0.9]));
    expect(total.histogram).toEqual([3, 1, 2, 3]);
    expect(second.round.perClient.accuracy.quantiles[2]).toBeCloseTo(0.45, 6);
  });

  it('stands beside the metrics of all examples, of any aggregator', async () => {
    const examples = SHARES.reduce((n, share, i) => n + share * (i + 1), 0) / 28;
    const [plain] = await rounds(perClient(), [accuracy()], [CLIENTS]);
    expect(plain.round.accuracy).toBeCloseTo(examples, 6);
    const [secure] = await rounds(perClient({ inner: metrics.secureSumThenFinalize() }), [accuracy()], [CLIENTS]);
    expect(secure.round.accuracy).toBeCloseTo(examples, 3);
    expect(secure.round.perClient).toEqual(plain.round.perClient);
    expect(Object.keys(secure.measurements)).toEqual(['secureSumMeasurements']);
    const [sampled] = await rounds(perClient({ inner: metrics.finalizeThenSample({ sampleSize: 2 }) }), [accuracy()], [CLIENTS]);
    expect(sampled.round.accuracy.length).toBe(2);
  });

  it('leaves out clients that do not count and values that are not finite, and metrics that are no number', async () => {
    const vector = metric('v', [spec([2])], ([v]) => v as Output);
    const own = (a: number, b: number): ClientValues => [[a, b], [[1, 2]]];
    const [first, second] = await rounds(
      perClient({ histograms: { accuracy: { min: 0, max: 1, bins: 2 } } }),
      [accuracy(), vector],
      [
        [own(1, 2), null, own(1, 0), own(0, 0), own(1, 4)],
        [own(1, 0), null],
      ],
    );
    expect(Object.keys(first.round.perClient)).toEqual(['accuracy']);
    expect(first.round.perClient.accuracy).toEqual({
      numClients: 2,
      mean: 0.375,
      standardDeviation: Math.sqrt(1 / 32),
      quantiles: [0.25, 0.3125, 0.375, 0.4375, 0.5],
      histogram: [1, 1],
    });
    const nan = Number.NaN;
    expect(second.round.perClient.accuracy).toEqual({
      numClients: 0,
      mean: nan,
      standardDeviation: 0,
      quantiles: [nan, nan, nan, nan, nan],
      histogram: [0, 0],
    });
    expect(second.total.perClient).toEqual(first.round.perClient);
  });

  it('has no deviation for one client, and no small one lost in large numbers', async () => {
    const large = metric('n', [spec([], 'float64')], ([n]) => n as Output);
    const [one, two] = await rounds(perClient(), [large], [[[[1e6]]], [[[1e6]], [[1e6 + 1]], [[1e6 + 2]]]]);
    expect(one.round.perClient.n).toMatchObject({ mean: 1e6, standardDeviation: 0 });
    expect(two.round.perClient.n.standardDeviation).toBeCloseTo(1, 3);
  });

  it('takes quantiles of a sample where there are more clients', async () => {
    const many = Array.from({ length: 400 }, (_, i): ClientValues => [[i, 400]]);
    const [only] = await rounds(perClient({ sampleSize: 200, quantiles: [0.5] }), [accuracy()], [many]);
    const { numClients, mean, quantiles } = only.round.perClient.accuracy;
    expect([numClients, mean]).toEqual([400, expect.closeTo(399 / 800, 6)]);
    // The median of half of the clients is that of all within five standard deviations, 0.025 each.
    expect(Math.abs(quantiles[0] - 0.5)).toBeLessThan(0.125);
    expect(quantiles[0]).not.toBe(399 / 800);
  });

  it('without quantiles stacks nothing', async () => {
    const parts = perClient({ quantiles: [], histograms: { accuracy: { min: 0, max: 1, bins: 2 } } });
    const [only] = await rounds(parts, [accuracy()], [CLIENTS]);
    expect(only.round.perClient.accuracy).toEqual({
      numClients: 7,
      mean: expect.closeTo(0.52857143, 6),
      standardDeviation: expect.closeTo(0.3080275, 6),
      histogram: [3, 4],
    });
  });

  it.each([
    [{ quantiles: [1.5] }, RangeError, '`quantiles[0]` must be'],
    [{ quantiles: 0.5 }, TypeError, '`quantiles` must be a list'],
    [{ sampleSize: 0 }, RangeError, '`sampleSize` must be positive'],
    [{ histograms: [] }, TypeError, '`histograms` must be a dictionary'],
    [{ histograms: { accuracy: { min: 1, max: 1, bins: 2 } } }, RangeError, '`histograms.accuracy.max` must be above `min`'],
    [{ histograms: { accuracy: { min: 0, max: 1, bins: 0 } } }, RangeError, '`histograms.accuracy.bins` must be'],
    [{ histograms: { accuracy: { min: 0, max: 1 } } }, TypeError, '`histograms.accuracy.bins` must be'],
    [{ inner: {} }, TypeError, '`inner` must be a metrics aggregator'],
    [{ means: true }, TypeError, 'has no option `means`'],
  ])('refuses %j', (options, error, message) => {
    expect(() => perClient(options as never)).toThrow(error);
    expect(() => perClient(options as never)).toThrow(message);
  });

  it('refuses histograms of what is no metric', async () => {
    const aggregator = perClient({ histograms: { acuracy: { min: 0, max: 1, bins: 2 } } });
    await expect(rounds(aggregator, [accuracy()], [CLIENTS])).rejects.toThrow(
      '`histograms` must be of the metrics accuracy, which are numbers, received "acuracy"',
    );
  });
});
