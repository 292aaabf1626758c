import { describe, expect, it } from 'vitest';
import { aggregators } from '../../src/index.js';
import type { Tensor } from '../../src/tensor.js';
import type { Tree } from '../../src/tree.js';
import { aggregate, expectClose, scalar, scalars } from './fixtures.js';

const { addDebugMeasurements, mean, sum } = aggregators;

async function measured(inner: aggregators.Aggregator, values: readonly Tree<Tensor>[], weights?: readonly number[]): Promise<number[]> {
  const { measurements } = await aggregate(addDebugMeasurements(inner), values, weights);
  const { averageClientNorm, stdDevClientNorm, serverUpdateMax, serverUpdateNorm, serverUpdateMin } = measurements as Record<
    string,
    unknown
  >;
  return [averageClientNorm, stdDevClientNorm, serverUpdateMax, serverUpdateNorm, serverUpdateMin].map(scalar);
}

// Numbers of TFF's debug_measurements_test (contract F.7).
describe('addDebugMeasurements', () => {
  it('measures the result', async () => {
    expectClose((await measured(sum(), [scalars([-3, 4, 0])])).slice(2), [4, 5, -3]);
    expectClose((await measured(sum(), [scalars({ a: [1, -1], b: 2 })])).slice(2), [2, Math.sqrt(6), -1]);
  });

  it("measures the clients' norms", async () => {
    expectClose((await measured(sum(), [1, -2, 5].map(scalars))).slice(0, 2), [2.666667, 2.081666]);
    expectClose((await measured(mean(), [1, 3, 0].map(scalars), [2, 3, 1])).slice(0, 2), [1.833333, 1.552125]);
  });

  it('has no deviation for one client, or for equal ones far from zero', async () => {
    expect((await measured(sum(), [scalars(7)]))[1]).toBe(0);
    expect((await measured(sum(), [1e6, 1e6, 1e6].map(scalars)))[1]).toBe(0);
  });

  it('is not finite but no error for weights of 0', async () => {
    expect((await measured(mean(), [scalars(1)], [0])).slice(0, 2)).toEqual([0, 0]);
  });

  it('refuses what is no aggregator', () => {
    expect(() => addDebugMeasurements(1 as never)).toThrow('`inner` must be an aggregator, received 1');
  });
});
