import { describe, expect, it, vi } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, expectClose, repeat, rounds, scalar, scalars } from './fixtures.js';
import { moments } from './moments.js';

const { adaptiveClipNoise, dpGaussianAdaptive } = aggregators;
const quiet = {
  noiseMultiplier: 0,
  clientsPerRound: 3,
  initialL2NormClip: 1,
  learningRate: 1,
  targetUnclippedQuantile: 1,
  clippedCountStddev: 0,
};

// Numbers of TFF's differential_privacy_test (contract F.6).
describe('dpGaussianAdaptive', () => {
  it('clips to a norm that follows the quantile', async () => {
    const outputs = await rounds(dpGaussianAdaptive({ ...quiet, geometricUpdate: false }), repeat(2, [0.5, 1.5, 2].map(scalars)));
    expectClose(
      outputs.map((r) => (r.numbers[0] as number) * 3),
      [2.5, 0.5 + 1.5 + 5 / 3],
    );
    expectClose(
      outputs.map((r) => scalar(r.measurements.clip)),
      [1, 5 / 3],
    );
  });

  it('moves the norm by a factor unless told otherwise', async () => {
    const outputs = await rounds(dpGaussianAdaptive(quiet), repeat(2, [0.5, 1.5, 2].map(scalars)));
    expectClose(
      outputs.map((r) => (r.numbers[0] as number) * 3),
      [2.5, 0.5 + 1.5 + Math.exp(2 / 3)],
    );
  });

  it('divides the noise between the values and the count', () => {
    expectClose([adaptiveClipNoise(2, 100).valueNoiseMultiplier], [2.041241452], 8);
    expect(adaptiveClipNoise(2, 100).clippedCountStddev).toBe(5);
    expectClose([adaptiveClipNoise(1, 100).valueNoiseMultiplier], [1.005037815], 8);
    expectClose(Object.values(adaptiveClipNoise(0.5, 20)), [0.516397779, 1], 8);
    expect(() => adaptiveClipNoise(10, 100)).toThrow('`clippedCountStddev` must be above half of `noiseMultiplier`, received 5 and 10');
  });

  it('warns where the count leaves little of the noise to the values', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    adaptiveClipNoise(1.7, 20);
    expect(warned).not.toHaveBeenCalled();
    expect(adaptiveClipNoise(1.9, 20).valueNoiseMultiplier).toBeCloseTo((1.9 ** -2 - 2 ** -2) ** -0.5, 8);
    expect(warned).toHaveBeenCalledWith(expect.stringMatching(/^the noise on values is 3.2 times what it would be/), 'UserWarning');
    warned.mockRestore();
  });

  it('adds noise in units of the norm of the round', async () => {
    const noisy = dpGaussianAdaptive({ noiseMultiplier: 2, clientsPerRound: 100, initialL2NormClip: 3, learningRate: 0, seed: 4 });
    const outputs = await rounds(noisy, repeat(300, [scalars(0)]));
    const { deviation } = moments(outputs.map((r) => r.numbers[0] as number));
    expect(Math.abs(deviation / ((3 * 2.041241452) / 100) - 1)).toBeLessThan(0.15);
  });

  it('gives every element noise of its own, normally distributed', async () => {
    const noisy = dpGaussianAdaptive({ noiseMultiplier: 2, clientsPerRound: 100, initialL2NormClip: 3, seed: 4 });
    const { mean, deviation, kurtosis } = moments((await aggregate(noisy, [tensor(new Float32Array(40_000))])).numbers);
    const expected = (3 * 2.041241452) / 100;
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.02);
    expect(Math.abs(mean)).toBeLessThan((4 * expected) / 200);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.1);
  });

  it('has noise in the norm, too', async () => {
    const noisy = dpGaussianAdaptive({ noiseMultiplier: 1, clientsPerRound: 10, initialL2NormClip: 1, clippedCountStddev: 2, seed: 4 });
    const clips = (await rounds(noisy, repeat(200, [scalars(0)]))).map((r) => scalar(r.measurements.clip));
    const steps = clips.slice(1).map((c, i) => Math.log(c / (clips[i] as number)));
    // The learning rate, times the deviation over the planned number of clients.
    expect(Math.abs(moments(steps).deviation / ((0.2 * 2) / 10) - 1)).toBeLessThan(0.2);
  });

  it('refuses negative noise', () => {
    const make = (options: object) => () => dpGaussianAdaptive({ noiseMultiplier: 1, clientsPerRound: 100, ...options });
    expect(make({ noiseMultiplier: -1 })).toThrow('`noiseMultiplier` must be a finite number that is not negative, received -1');
    expect(make({ clippedCountStddev: -1 })).toThrow(RangeError);
    expect(make({ clip: 1 })).toThrow('`options of dpGaussianAdaptive` has no option `clip`');
    expect(make({})).not.toThrow();
  });
});
