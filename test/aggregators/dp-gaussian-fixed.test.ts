import { describe, expect, it } from 'vitest';
import { aggregators, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { aggregate, expectClose, repeat, rounds, SumPlusOne, scalar, scalars } from './fixtures.js';
import { moments } from './moments.js';

const { dpGaussianFixed, mean } = aggregators;
const quiet = { noiseMultiplier: 0, clientsPerRound: 1, clip: 1 };

// Numbers of TFF's differential_privacy_test (contract F.6).
describe('dpGaussianFixed', () => {
  it('clips each value, and sums', async () => {
    expectClose((await aggregate(dpGaussianFixed(quiet), [0.5, 1, 1.5].map(scalars))).numbers, [2.5]);
    const pairs = [
      [0.1, 0.2],
      [5 / 13, 12 / 13],
      [3, 4],
    ];
    const expected = [0.1 + 5 / 13 + 0.6, 0.2 + 12 / 13 + 0.8];
    expectClose((await aggregate(dpGaussianFixed(quiet), pairs.map(scalars))).numbers, expected);
    expectClose(
      (
        await aggregate(
          dpGaussianFixed(quiet),
          pairs.map((p) => tensor(p)),
        )
      ).numbers,
      expected,
    );
  });

  it('divides by the planned number of clients', async () => {
    expectClose((await aggregate(dpGaussianFixed({ ...quiet, clientsPerRound: 5 }), [0.5, 1, 1.5].map(scalars))).numbers, [0.5]);
  });

  it('adds noise of its standard deviation, the same number for a seed, another in every round', async () => {
    const noisy = dpGaussianFixed({ noiseMultiplier: 3.25, clientsPerRound: 1, clip: 1, seed: 3 });
    const history = (await rounds(noisy, repeat(300, [scalars(0)]))).map((r) => r.numbers[0] as number);
    const { mean: average, deviation } = moments(history);
    expect(Math.abs(deviation / 3.25 - 1)).toBeLessThan(0.15);
    expect(Math.abs(average)).toBeLessThan((4 * 3.25) / Math.sqrt(300));
    expect(new Set(history).size).toBe(300);
    expect((await rounds(noisy, repeat(3, [scalars(0)]))).map((r) => r.numbers[0])).toEqual(history.slice(0, 3));
  });

  it('gives every element noise of its own, in units of the norm, on the sum', async () => {
    const value = { a: tensor(new Float32Array(20_000)), b: tensor(new Float32Array(20_000), [100, 200]) };
    const noisy = dpGaussianFixed({ noiseMultiplier: 2, clientsPerRound: 4, clip: 0.5, seed: 1 });
    const { numbers, measurements } = await aggregate(noisy, [value, value]);
    // 0.25 is 2 · 0.5 over 4.
    const all = moments(numbers);
    expect(Math.abs(all.deviation / 0.25 - 1)).toBeLessThan(0.02);
    expect(Math.abs(all.mean)).toBeLessThan((4 * 0.25) / 200);
    expect(Math.abs(all.kurtosis - 3)).toBeLessThan(0.1);
    expect(numbers.slice(0, 20_000)).not.toEqual(numbers.slice(20_000));
    const both = numbers.slice(0, 20_000).map((v, i) => v * (numbers[20_000 + i] as number));
    expect(Math.abs(moments(both).mean)).toBeLessThan((4 * 0.25 ** 2) / Math.sqrt(20_000));
    expect([scalar((measurements as Record<string, unknown>).clip), scalar((measurements as Record<string, unknown>).noiseScale)]).toEqual([
      0.5, 1,
    ]);
  });

  it('reports the ratio of signal to noise', async () => {
    const ratio = async (value: number, noiseMultiplier: number) => {
      const noisy = dpGaussianFixed({ noiseMultiplier, clientsPerRound: 7, clip: 1000, seed: 1 });
      const { measurements } = await aggregate(noisy, repeat(4, { a: tensor(new Float32Array(10_000).fill(value)), b: tensor([0]) }));
      return scalar((measurements as Record<string, unknown>).signalToNoise);
    };
    // Four clients' vectors of the length 100 · value, and noise of the length 100 · 1000 · noiseMultiplier.
    expect(Math.abs((await ratio(2, 0.002)) - 4)).toBeLessThan(0.05);
    expect(Math.abs((await ratio(0.5, 0.002)) - 1)).toBeLessThan(0.05);
    // As small as the error of the estimate, `(2 / dimensions)^(1/4)`.
    expect(await ratio(0, 0.002)).toBeLessThan(0.3);
    expect(await ratio(1, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('cannot be foreseen without a seed', async () => {
    const noisy = () => aggregate(dpGaussianFixed({ noiseMultiplier: 1, clientsPerRound: 1, clip: 1 }), [scalars([0, 0, 0, 0])]);
    expect((await noisy()).numbers).not.toEqual((await noisy()).numbers);
  });

  it('cannot be foreseen by the state either: the same round again has other noise', async () => {
    const process = dpGaussianFixed({ noiseMultiplier: 1, clientsPerRound: 1, clip: 1 }).create(tensorSpec([]) as TensorSpec);
    const state = await process.initialize();
    const again = async () => scalar((await process.next(state, [scalars(0)])).result);
    expect(await again()).not.toBe(await again());
  });

  it('sums with what it is given', async () => {
    const { numbers } = await aggregate(dpGaussianFixed({ ...quiet, recordAggregation: new SumPlusOne() }), [scalars(0.5)]);
    expect(numbers).toEqual([1.5]);
  });

  it('refuses negative noise, and what cannot be private', () => {
    const make = (options: object) => () => dpGaussianFixed({ ...quiet, ...options });
    expect(make({ noiseMultiplier: -1 })).toThrow('`noiseMultiplier` must be a finite number that is not negative, received -1');
    expect(make({ clip: -1 })).toThrow('`clip` must be a finite number that is not negative, received -1');
    expect(make({ clip: undefined })).toThrow('`clip` must be a number');
    expect(make({ clientsPerRound: 0 })).toThrow('`clientsPerRound` must be a finite number above 0, received 0');
    expect(make({ recordAggregation: mean() })).toThrow('`recordAggregation` must be an unweighted aggregator');
    expect(make({ seed: 'x' })).toThrow(TypeError);
    expect(make({ stddev: 1 })).toThrow('`options of dpGaussianFixed` has no option `stddev`');
    expect(() => dpGaussianFixed(quiet).parts(tensorSpec([], 'int32') as TensorSpec)).toThrow('must be floating-point');
    expect(dpGaussianFixed(quiet).weighted).toBe(false);
  });
});
