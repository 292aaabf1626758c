/** Numbers of contract F.6: how the norms of TFF's recommended aggregators move. */
import { describe, expect, it } from 'vitest';
import { checkLimits, limited, secureCount, zeroLarge } from '../../src/aggregators/limits.js';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, expectClose, repeat, rounds, scalar, scalars } from './fixtures.js';

const all = { zeroing: true, clipping: true, weighted: false };
const inner = () => aggregators.unweightedMean();
const normsOf = (outputs: Awaited<ReturnType<typeof rounds>>, name: string) =>
  outputs.map(({ measurements }) => scalar(measurements[name]));

describe('zeroLarge', () => {
  it.each([false, true])(
    'begins at 21, falls slowly where all are below and rises tenfold where all are above (secure: %s)',
    async (secure) => {
      const below = normsOf(await rounds(zeroLarge(inner(), secure), repeat(3, [scalars(1)])), 'zeroingNorm');
      expectClose(below, [21, 20.09985172, 19.240216787], 4);
      // Twice 10 · 10^0.98, and 1.
      const above = normsOf(await rounds(zeroLarge(inner(), secure), repeat(2, [scalars(1000)])), 'zeroingNorm');
      expectClose(above, [21, 191.998517], 3);
    },
  );
});

describe('limited', () => {
  it.each([false, true])('clips at 1 at first, and follows the clients (secure: %s)', async (secure) => {
    const clipping = (value: number) => rounds(limited(inner(), { ...all, zeroing: false }, secure), repeat(3, [scalars(value)]));
    expectClose(normsOf(await clipping(0.1), 'clippingNorm'), [1, 0.960789439, 0.923116346], 5);
    const above = await clipping(100);
    expectClose(normsOf(above, 'clippingNorm').slice(0, 2), [1, 1.173510871], 5);
    expectClose(
      above.slice(0, 2).map(({ numbers }) => numbers[0] as number),
      [1, 1.173510871],
      5,
    );
  });

  it('zeroes before it clips, as wanted', async () => {
    const values = [scalars(0.5), scalars(20), scalars(22)];
    const run = async (options: object) => (await aggregate(limited(inner(), { ...all, ...options }, false), values)).numbers;
    expectClose(await run({}), [(0.5 + 1 + 0) / 3]);
    expectClose(await run({ clipping: false }), [(0.5 + 20 + 0) / 3]);
    expectClose(await run({ zeroing: false }), [(0.5 + 1 + 1) / 3]);
    expectClose(await run({ zeroing: false, clipping: false }), [42.5 / 3]);
  });
});

it('secureCount counts clients exactly', async () => {
  const ones = [1, 0, 1, 1].map((v) => tensor(v, [], 'int32'));
  expect((await aggregate(secureCount(), ones)).numbers).toEqual([3]);
});

it('options have defaults, and others are refused', () => {
  expect(checkLimits('x', {})).toEqual({ zeroing: true, clipping: true, weighted: true });
  expect(checkLimits('x', { clipping: false, own: 1 } as never, ['own'])).toEqual({ zeroing: true, clipping: false, weighted: true });
  expect(() => checkLimits('x', { own: 1 } as never)).toThrow('`options of x` has no option `own`');
  expect(() => checkLimits('x', { weighted: 0 as never })).toThrow('`weighted` must be true or false, received 0');
});
