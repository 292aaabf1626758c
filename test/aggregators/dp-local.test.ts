import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, expectClose, scalars } from './fixtures.js';
import { moments } from './moments.js';

const { dpLocal, mean, sum, unweightedReservoirSampling } = aggregators;

describe('dpLocal', () => {
  it('clips on the client', async () => {
    expectClose((await aggregate(dpLocal({ noiseMultiplier: 0, clip: 1 }), [scalars([3, 4]), scalars([0, 0.5])])).numbers, [0.3, 0.65]);
    const laplace = dpLocal({ noiseMultiplier: 0, clip: 1, distribution: 'laplace', inner: sum() });
    expectClose((await aggregate(laplace, [scalars([3, 4])])).numbers, [3 / 7, 4 / 7]);
  });

  it.each([
    ['gaussian', 1, 3],
    ['laplace', Math.SQRT2, 6],
  ] as const)('adds %s noise to each value', async (distribution, unit, kurtosis) => {
    // What the server sees: both clients' values.
    const inner = unweightedReservoirSampling({ sampleSize: 2 });
    const noisy = dpLocal({ noiseMultiplier: 2, clip: 0.5, distribution, inner, seed: 9 });
    const zeros = tensor(new Float32Array(20_000));
    const { numbers } = await aggregate(noisy, [zeros, zeros]);
    const all = moments(numbers);
    expect(Math.abs(all.deviation / unit - 1)).toBeLessThan(0.03);
    expect(Math.abs(all.mean)).toBeLessThan((4 * unit) / 200);
    expect(Math.abs(all.kurtosis / kurtosis - 1)).toBeLessThan(0.1);
    // Noise of two clients has nothing in common.
    const products = numbers.slice(0, 20_000).map((v, i) => v * (numbers[20_000 + i] as number));
    expect(Math.abs(moments(products).mean)).toBeLessThan((4 * unit ** 2) / Math.sqrt(20_000));
  });

  it('cannot be foreseen without a seed', async () => {
    const run = async (seed?: number) =>
      (await aggregate(dpLocal({ noiseMultiplier: 1, clip: 1, ...(seed === undefined ? {} : { seed }) }), [scalars([0, 0])])).numbers;
    expect(await run()).not.toEqual(await run());
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  it('refuses negative noise, and weights', () => {
    expect(() => dpLocal({ noiseMultiplier: -1, clip: 1 })).toThrow(RangeError);
    expect(() => dpLocal({ noiseMultiplier: 1, clip: -1 })).toThrow(RangeError);
    expect(() => dpLocal({ noiseMultiplier: 1, clip: 1, inner: mean() })).toThrow('`inner` must be an unweighted aggregator');
    expect(() => dpLocal({ noiseMultiplier: 1, clip: 1, distribution: 'normal' as never })).toThrow(
      '`distribution` must be one of "gaussian", "laplace", received "normal"',
    );
  });
});
