import { describe, expect, it } from 'vitest';
import { aggregators } from '../../src/index.js';
import { aggregate, expectClose, golden, repeat, rounds, scalar, scalars } from './fixtures.js';

const { dp, robust, secure } = aggregators;
const values = [1, 2, 3].map(scalars);

describe('robust', () => {
  golden('aggregator_robust', robust);

  it("zeroes and clips by TFF's defaults", async () => {
    const { measurements, numbers } = await aggregate(robust(), [...values, scalars(1000)], [1, 1, 1, 1]);
    // 1000 is above 21 and zeroed, the others are clipped to 1.
    expectClose(numbers, [3 / 4]);
    expect(measurements).toMatchObject({ zeroing: { clipping: { meanValue: [], meanWeight: [] } } });
    const { zeroingNorm, zeroedCount } = measurements as Record<string, unknown>;
    expect([zeroingNorm, zeroedCount].map(scalar)).toEqual([21, 1]);
  });

  it('leaves out what is not wanted', async () => {
    expectClose((await aggregate(robust({ zeroing: false, clipping: false }), values, [3, 2, 1])).numbers, [10 / 6]);
    expectClose((await aggregate(robust({ zeroing: false, clipping: false, weighted: false }), values, [3, 2, 1])).numbers, [2]);
    expect([robust().weighted, robust({ weighted: false }).weighted]).toEqual([true, false]);
  });

  it('reports norms where asked', async () => {
    const { measurements } = await aggregate(robust({ debugMeasurements: true }), values);
    expect(Object.keys(measurements)).toEqual(expect.arrayContaining(['averageClientNorm', 'serverUpdateNorm', 'zeroedCount']));
  });

  it('refuses other options', () => {
    expect(() => robust({ zeroing: 1 as never })).toThrow('`zeroing` must be true or false, received 1');
    expect(() => robust({ clip: true } as never)).toThrow('`options of robust` has no option `clip`');
  });
});

describe('secure', () => {
  it('gives what robust gives, up to the encoding', async () => {
    for (const weighted of [true, false]) {
      const rows = repeat(4, [0.3, 0.9, 5, 300].map(scalars));
      const plain = await rounds(robust({ weighted }), rows, [3, 2, 1, 1]);
      const hidden = await rounds(secure({ weighted }), rows, [3, 2, 1, 1]);
      expectClose(
        hidden.map((r) => r.numbers[0] as number),
        plain.map((r) => r.numbers[0] as number),
        4,
      );
      expect(hidden.map((r) => scalar(r.measurements.zeroedCount))).toEqual(plain.map((r) => scalar(r.measurements.zeroedCount)));
    }
  });

  it('clips elements to an estimated range', async () => {
    const outputs = await rounds(secure({ zeroing: false, clipping: false }), repeat(2, [scalars(1)]));
    const bounds = outputs.map((r) => scalar((r.measurements.meanValue as unknown as Record<string, unknown>).secureUpperThreshold));
    expectClose(bounds, [100, 95.12294245], 4);
  });
});

describe('dp', () => {
  it('zeroes before the private mean', async () => {
    const aggregator = dp({ noiseMultiplier: 0, clientsPerRound: 100 });
    const { numbers, measurements } = await aggregate(aggregator, [...values, scalars(1000)]);
    expectClose(numbers, [0.3 / 100]);
    expect(scalar((measurements as Record<string, unknown>).zeroedCount)).toBe(1);
    expect(aggregator.weighted).toBe(false);
  });

  it('does without', async () => {
    expectClose((await aggregate(dp({ noiseMultiplier: 0, clientsPerRound: 100, zeroing: false }), [scalars(1000)])).numbers, [0.1 / 100]);
  });

  it('refuses negative noise', () => {
    expect(() => dp({ noiseMultiplier: -1, clientsPerRound: 100 })).toThrow(RangeError);
  });
});
