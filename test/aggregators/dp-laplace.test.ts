import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, expectClose, scalar, scalars } from './fixtures.js';
import { moments } from './moments.js';

const { dpLaplace } = aggregators;

describe('dpLaplace', () => {
  it('clips the sum of absolute values', async () => {
    const quiet = dpLaplace({ noiseMultiplier: 0, clientsPerRound: 2, clip: 1 });
    expectClose((await aggregate(quiet, [scalars([3, -1]), scalars([0.25, 0.5])])).numbers, [(0.75 + 0.25) / 2, (-0.25 + 0.5) / 2]);
  });

  it('adds noise of its distribution', async () => {
    const noisy = dpLaplace({ noiseMultiplier: 2, clientsPerRound: 10, clip: 3, seed: 8 });
    const { numbers, measurements } = await aggregate(noisy, [tensor(new Float32Array(40_000))]);
    const scale = (2 * 3) / 10;
    const { mean, deviation, kurtosis } = moments(numbers);
    expect(Math.abs(mean)).toBeLessThan((4 * scale * Math.SQRT2) / 200);
    expect(Math.abs(deviation / (Math.SQRT2 * scale) - 1)).toBeLessThan(0.03);
    // A normal distribution has 3.
    expect(Math.abs(kurtosis - 6)).toBeLessThan(0.6);
    // Half of the mass is within log 2 of the middle.
    const within = numbers.filter((v) => Math.abs(v) < Math.LN2 * scale).length / numbers.length;
    expect(Math.abs(within - 0.5)).toBeLessThan(0.01);
    expect(scalar((measurements as Record<string, unknown>).noiseScale)).toBe(6);
  });

  it('reports the ratio of signal to noise', async () => {
    const noisy = dpLaplace({ noiseMultiplier: 1e-5, clientsPerRound: 10, clip: 1e6, seed: 8 });
    const { measurements } = await aggregate(noisy, [tensor(new Float32Array(10_000).fill(20))]);
    // A length of 2000, and noise of the scale 10 on ten thousand elements.
    expect(Math.abs(scalar((measurements as Record<string, unknown>).signalToNoise) - 2000 / Math.sqrt(2 * 1e4 * 10 ** 2))).toBeLessThan(
      0.04,
    );
  });

  it('refuses negative noise', () => {
    expect(() => dpLaplace({ noiseMultiplier: -1, clientsPerRound: 1, clip: 1 })).toThrow(RangeError);
    expect(() => dpLaplace({ epsilon: 1 } as never)).toThrow('`options of dpLaplace` has no option `epsilon`');
  });
});
