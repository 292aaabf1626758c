import { describe, expect, it } from 'vitest';
import { aggregators, tensor, tensorSpec } from '../../src/index.js';
import { Random } from '../../src/random.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { aggregate, expectClose, repeat, rounds, SumPlusOne, scalar, scalars } from './fixtures.js';
import { moments } from './moments.js';

const { clipping, coordinateMedian, geometricMedian, krum, mean, outputPerturbation, sum, trimmedMean, unweightedMean } = aggregators;
const { drive, quantileEstimation, topK, uniformStochasticQuantizer, zeroing } = aggregators;
const quiet = { noiseMultiplier: 0, clientsPerRound: 7, clippingNorm: 1 };

/** Clients' values of several lengths, most of them above 1. */
function cohort(count = 7) {
  const random = new Random(3);
  const draw = (size: number) => Float32Array.from({ length: size }, () => random.normal());
  return Array.from({ length: count }, () => ({ a: tensor(draw(4), [2, 2]), b: [tensor(draw(12))] }));
}

const INNER: Readonly<Record<string, () => aggregators.Aggregator>> = {
  mean,
  unweightedMean,
  sum,
  coordinateMedian,
  trimmedMean,
  geometricMedian,
  krum: () => krum({ numMaliciousNodes: 1 }),
  'a quantised mean': () => uniformStochasticQuantizer({ numLevels: 8 }),
  'a zeroing, rotated median': () => zeroing({ zeroingNorm: 2, inner: drive({ inner: coordinateMedian() }) }),
};

describe('outputPerturbation', () => {
  it.each(Object.keys(INNER))('is clipping without noise, bit for bit, around %s', async (name) => {
    const make = INNER[name] as () => aggregators.Aggregator;
    const weights = make().weighted ? [1, 2, 3, 4, 5, 6, 7] : undefined;
    const clipped = await rounds(clipping({ clippingNorm: 1, inner: make() }), repeat(2, cohort()), weights);
    const outputs = await rounds(outputPerturbation({ ...quiet, inner: make() }), repeat(2, cohort()), weights);
    expect(outputs.map((r) => r.numbers)).toEqual(clipped.map((r) => r.numbers));
    expect(outputs.map((r) => r.measurements.inner)).toEqual(clipped.map((r) => r.measurements.clipping));
    expect(outputs[0]?.numbers.some((v) => v !== 0)).toBe(true);
  });

  it.each(Object.keys(INNER))('adds the same noise whatever the rule: %s', async (name) => {
    const make = INNER[name] as () => aggregators.Aggregator;
    // 2 · 0.5 / 4, on the result, however many clients there are.
    const value = { a: tensor(new Float32Array(20_000)), b: tensor(new Float32Array(20_000), [100, 200]) };
    const noisy = outputPerturbation({ inner: make(), noiseMultiplier: 2, clientsPerRound: 4, clippingNorm: 0.5, seed: 1 });
    const { numbers, measurements } = await aggregate(noisy, repeat(5, value));
    const all = moments(numbers);
    expect(Math.abs(all.deviation / 0.25 - 1)).toBeLessThan(0.02);
    expect(Math.abs(all.mean)).toBeLessThan((4 * 0.25) / 200);
    expect(Math.abs(all.kurtosis - 3)).toBeLessThan(0.1);
    const products = numbers.slice(0, 20_000).map((v, i) => v * (numbers[20_000 + i] as number));
    expect(Math.abs(moments(products).mean)).toBeLessThan((4 * 0.25 ** 2) / Math.sqrt(20_000));
    const { clippingNorm, noiseScale, signalToNoise } = measurements as Record<string, unknown>;
    expect([scalar(clippingNorm), scalar(noiseScale)]).toEqual([0.5, 0.25]);
    expect(scalar(signalToNoise)).toBeLessThan(0.3);
  });

  it('adds noise to what the inner aggregator gives', async () => {
    const noisy = outputPerturbation({ inner: new SumPlusOne(), noiseMultiplier: 1, clientsPerRound: 10, clippingNorm: 3, seed: 5 });
    const history = (await rounds(noisy, repeat(300, [2, 50].map(scalars)))).map((r) => r.numbers[0] as number);
    const { mean: average, deviation } = moments(history);
    expect(Math.abs(deviation / 0.3 - 1)).toBeLessThan(0.15);
    expect(Math.abs(average - 6)).toBeLessThan((4 * 0.3) / Math.sqrt(300));
    expect(new Set(history).size).toBe(300);
  });

  it('gives the weights to a weighted inner aggregator as they are', async () => {
    const values = [0.5, 4].map(scalars);
    const weighted = outputPerturbation({ ...quiet, inner: mean() });
    expect(weighted.weighted).toBe(true);
    expectClose((await aggregate(weighted, values, [3, 1])).numbers, [(3 * 0.5 + 1) / 4]);
    expect(outputPerturbation({ ...quiet, inner: unweightedMean() }).weighted).toBe(false);
  });

  it('follows the quantile of the clients that are not clipped, by the planned number of clients', async () => {
    // Norms 0.05, 0.5 and 2 of 3: one, and from 0.5 on two, are at most the norm.
    const adaptive = outputPerturbation({ inner: sum(), noiseMultiplier: 0, clientsPerRound: 3, clippedCountStddev: 0 });
    const outputs = await rounds(adaptive, repeat(80, [0.05, -0.5, 2].map(scalars)));
    let norm = 0.1;
    for (const { measurements, numbers } of outputs) {
      expect(Math.abs(scalar(measurements.clippingNorm) / norm - 1)).toBeLessThan(1e-5);
      expect(Math.abs((numbers[0] as number) - (0.05 - Math.min(0.5, norm) + Math.min(2, norm)))).toBeLessThan(1e-5);
      const below = [0.05, 0.5, 2].filter((v) => v <= norm).length;
      norm *= Math.exp(-0.2 * (below / 3 - 0.5));
    }
    // It stays around the median, where Flower's would have gone to 0.
    expect(Math.abs(norm / 0.5 - 1)).toBeLessThan(0.05);
  });

  it('has noise in the norm, and divides it between both', async () => {
    const options = { inner: coordinateMedian(), noiseMultiplier: 1, clientsPerRound: 40, initialL2NormClip: 1, seed: 4 };
    const outputs = await rounds(outputPerturbation(options), repeat(300, [scalars(0)]));
    const norms = outputs.map((r) => scalar(r.measurements.clippingNorm));
    const steps = norms.slice(1).map((c, i) => Math.log(c / (norms[i] as number)));
    // The learning rate, times a twentieth of the clients over the clients.
    expect(Math.abs(moments(steps).deviation / (0.2 / 20) - 1)).toBeLessThan(0.15);
    const { valueNoiseMultiplier } = aggregators.adaptiveClipNoise(1, 40);
    expect(valueNoiseMultiplier).toBeCloseTo((1 - 1 / 16) ** -0.5, 10);
    const units = outputs.map((r, i) => ((r.numbers[0] as number) * 40) / (norms[i] as number));
    expect(Math.abs(moments(units).deviation / valueNoiseMultiplier - 1)).toBeLessThan(0.15);
    // The noise of a round has the norm of that round.
    expectClose(
      outputs.map((r) => scalar(r.measurements.noiseScale)),
      norms.map((c) => (c * valueNoiseMultiplier) / 40),
      6,
    );
  });

  it('leaves a rule what it withstands', async () => {
    const random = new Random(11);
    const honest = Array.from({ length: 8 }, () => [1, -2, 3].map((v) => v + 0.1 * random.normal()));
    const flipped = repeat(3, [-1000, 2000, -3000]);
    const values = [...flipped, ...honest].map((v) => tensor(v));
    const distance = async (inner: aggregators.Aggregator) => {
      const noisy = outputPerturbation({ inner, noiseMultiplier: 0.1, clientsPerRound: 11, clippingNorm: 5, seed: 2 });
      const { numbers } = await aggregate(noisy, values);
      return Math.hypot(...numbers.map((v, i) => v - ([1, -2, 3][i] as number)));
    };
    expect(await distance(coordinateMedian())).toBeLessThan(0.4);
    expect(await distance(krum({ numMaliciousNodes: 3 }))).toBeLessThan(0.4);
    expect(await distance(unweightedMean())).toBeGreaterThan(1.5);
  });

  it.each([
    ['zeroing', (inner: aggregators.Aggregator) => zeroing({ zeroingNorm: 100, inner })],
    ['quantising', (inner: aggregators.Aggregator) => uniformStochasticQuantizer({ numLevels: 4096, inner })],
    ['the largest', (inner: aggregators.Aggregator) => topK({ fraction: 1, inner })],
    [
      'an adaptive clipping',
      (inner: aggregators.Aggregator) =>
        clipping({ clippingNorm: quantileEstimation({ initialEstimate: 50, targetQuantile: 0.5, learningRate: 0 }), inner }),
    ],
  ] as const)('nests with %s in either order', async (_, around) => {
    const options = { noiseMultiplier: 0.7, clientsPerRound: 7, clippingNorm: 2, seed: 8 };
    const plain = (await aggregate(clipping({ clippingNorm: 2, inner: coordinateMedian() }), cohort(7))).numbers;
    for (const aggregator of [
      around(outputPerturbation({ ...options, inner: coordinateMedian() })),
      outputPerturbation({ ...options, inner: around(coordinateMedian()) }),
    ]) {
      const history = (await rounds(aggregator, repeat(40, cohort(7)))).flatMap(({ numbers }) =>
        numbers.map((v, i) => v - (plain[i] as number)),
      );
      const { mean: average, deviation } = moments(history);
      expect(Math.abs(deviation / 0.2 - 1)).toBeLessThan(0.1);
      expect(Math.abs(average)).toBeLessThan(0.04);
    }
  });

  it('cannot be foreseen without a seed', async () => {
    const run = async (seed: object) =>
      (await aggregate(outputPerturbation({ ...quiet, noiseMultiplier: 1, inner: sum(), ...seed }), [scalars([0, 0])])).numbers;
    expect(await run({})).not.toEqual(await run({}));
    expect(await run({ seed: 1 })).toEqual(await run({ seed: 1 }));
    expect(await run({ seed: 1 })).not.toEqual(await run({ seed: 2 }));
  });

  it('does not tell how many were clipped', async () => {
    const { measurements } = await aggregate(outputPerturbation({ ...quiet, noiseMultiplier: 1, inner: sum() }), [scalars(5)]);
    expect(Object.keys(measurements).sort()).toEqual(['clippingNorm', 'inner', 'noiseScale', 'signalToNoise']);
  });

  it('refuses negative noise, and options that do not belong together', () => {
    const make = (options: object) => () => outputPerturbation({ ...quiet, inner: sum(), ...options });
    const adaptive = { clippingNorm: undefined, noiseMultiplier: 0.1 };
    expect(make({ noiseMultiplier: -1 })).toThrow('`noiseMultiplier` must be a finite number that is not negative, received -1');
    expect(make({ ...adaptive, noiseMultiplier: -1 })).toThrow(
      '`noiseMultiplier` must be a finite number that is not negative, received -1',
    );
    expect(make({ clippingNorm: -1 })).toThrow('`clippingNorm` must be a finite number that is not negative, received -1');
    expect(make({ clippingNorm: 'x' })).toThrow(TypeError);
    expect(make({ clientsPerRound: 0 })).toThrow('`clientsPerRound` must be a finite number above 0, received 0');
    expect(make({ inner: undefined })).toThrow('`inner` must be an aggregator, received undefined');
    expect(make({ learningRate: 0.3 })).toThrow('`learningRate` must be left out where `clippingNorm` is fixed, received 0.3');
    expect(make({ ...adaptive, initialL2NormClip: 0 })).toThrow(RangeError);
    expect(make({ ...adaptive, targetUnclippedQuantile: 2 })).toThrow(RangeError);
    expect(make({ ...adaptive, noiseMultiplier: 1 })).toThrow('`clippedCountStddev` must be above half of `noiseMultiplier`');
    expect(make({ seed: 'x' })).toThrow(TypeError);
    expect(make({ clip: 1 })).toThrow('`options of outputPerturbation` has no option `clip`');
    expect(make(adaptive)).not.toThrow();
    expect(() => outputPerturbation({ ...quiet, inner: sum() }).parts(tensorSpec([], 'int32') as TensorSpec)).toThrow(
      'must be floating-point',
    );
  });

  it('is defined for as many clients as the inner aggregator', async () => {
    const process = outputPerturbation({ ...quiet, inner: krum({ numMaliciousNodes: 1 }) }).create(tensorSpec([]) as TensorSpec);
    await expect(process.next(await process.initialize(), [1, 2].map(scalars))).rejects.toThrow('must be at least 5');
  });
});
