import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/graph/graph.js';
import { cast, div, mul } from '../../src/graph/ops/math.js';
import { aggregators } from '../../src/index.js';
import { aggregate, scalar, scalars } from './fixtures.js';

const { addMeasurements, clipping, mean, sum } = aggregators;
const values = [1, 2, 6].map(scalars);

describe('addMeasurements', () => {
  it('measures clients and result, and changes neither result nor state', async () => {
    const measured = addMeasurements({
      inner: mean(),
      clientMeasurement: {
        client: (value, weight) => [value as Output, mul(value as Output, weight)],
        server: (sums, count) => {
          const [plain, weighted] = sums as [Output, Output];
          return { average: div(plain, cast(count, 'float32')), weighted };
        },
      },
      serverMeasurement: (result) => ({ twice: mul(result as Output, 2) }),
    });
    const { numbers, measurements } = await aggregate(measured, values, [2, 1, 1]);
    expect(numbers).toEqual([2.5]);
    const { average, weighted, twice, meanValue } = measurements as Record<string, unknown>;
    expect([average, weighted, twice].map(scalar)).toEqual([3, 10, 5]);
    expect(meanValue).toEqual([]);
    expect(measured.weighted).toBe(true);
  });

  it('takes one of the two', async () => {
    const { measurements } = await aggregate(addMeasurements({ inner: sum(), serverMeasurement: (r) => ({ total: r as Output }) }), values);
    expect(scalar((measurements as Record<string, unknown>).total)).toBe(9);
  });

  it('refuses neither, and names that are taken', async () => {
    expect(() => addMeasurements({ inner: sum() })).toThrow('`clientMeasurement` or `serverMeasurement` must be given, received neither');
    expect(() => addMeasurements({ inner: sum(), serverMeasurement: 1 as never })).toThrow(
      '`serverMeasurement` must be a function, received 1',
    );
    expect(() => addMeasurements({ inner: 1 as never, serverMeasurement: () => ({}) })).toThrow('`inner` must be an aggregator');
    const twice = addMeasurements({
      inner: clipping({ clippingNorm: 1, inner: sum() }),
      serverMeasurement: (r) => ({ clippedCount: r as Output }),
    });
    await expect(aggregate(twice, values)).rejects.toThrow('a measurement must have a name of its own, received `clippedCount`');
  });
});
