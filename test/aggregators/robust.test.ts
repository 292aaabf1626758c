import { describe, expect, it } from 'vitest';
import { aggregators } from '../../src/index.js';
import { aggregate, expectClose, golden, scalar, scalars } from './fixtures.js';

const { robust } = aggregators;
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
