import { describe, expect, it } from 'vitest';
import { aggregators, tensor, tensorSpec } from '../../src/index.js';
import type { Tensor } from '../../src/tensor.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { expectClose, numbers, repeat, rounds, scalar, scalars } from './fixtures.js';
import { moments } from './moments.js';

const { dpTree, dpTreeAdaptive } = aggregators;
const quiet = { noiseMultiplier: 0, clientsPerRound: 3 };
const SIZE = 20_000;

/** The variance of the noise of the first `count` rounds together, for each count. */
async function variances(options: object, count: number): Promise<number[]> {
  const process = dpTree({ noiseMultiplier: 1, clientsPerRound: 1, l2NormClip: 1, seed: 2, ...options }).create(
    tensorSpec([SIZE]) as TensorSpec,
  );
  let state = await process.initialize();
  const total = new Float64Array(SIZE);
  const found: number[] = [];
  for (let r = 0; r < count; r++) {
    const output = await process.next(state, [tensor(new Float32Array(SIZE))]);
    ({ state } = output);
    numbers(output.result).forEach((v, i) => {
      total[i] = (total[i] as number) + v;
    });
    found.push(moments([...total]).deviation ** 2);
  }
  return found;
}
const expectNear = (actual: number | undefined, expected: number) => expect(Math.abs((actual as number) / expected - 1)).toBeLessThan(0.05);

// Numbers of tensorflow_privacy's and TFF's tests (contract F.6).
describe('dpTree', () => {
  it('clips each value, and sums', async () => {
    const outputs = await rounds(dpTree({ ...quiet, l2NormClip: 1 }), repeat(3, [0.5, 1, 1.5].map(scalars)));
    expectClose(
      outputs.map((r) => r.numbers[0] as number),
      repeat(3, 2.5 / 3),
    );
  });

  it('has the noise of as many nodes as the number of rounds has bits', async () => {
    const plain = await variances({ useEfficient: false }, 8);
    [1, 1, 2, 1, 2, 2, 3, 1].forEach((bits, i) => expectNear(plain[i], bits));
    expectNear((await variances({ useEfficient: false, noiseMultiplier: 2 }, 5))[4], 8);
    expectNear((await variances({ useEfficient: false, noiseMultiplier: 0.5 }, 6))[5], 0.5);
  });

  it('estimates nodes from those below', async () => {
    const efficient = await variances({}, 8);
    [1, 2 / 3, 1 + 2 / 3, 4 / 7, 1 + 4 / 7, 2 / 3 + 4 / 7, 1 + 2 / 3 + 4 / 7, 8 / 15].forEach((v, i) => expectNear(efficient[i], v));
  });

  it('begins a new tree after so many rounds, whose noise adds to that of the old one', async () => {
    const restarted = await variances({ useEfficient: false, restartFrequency: 4 }, 6);
    [1, 1, 2, 1, 2, 2].forEach((v, i) => expectNear(restarted[i], v));
    // The fifth round of one tree of eight has 2 as well; the sixth 2, the seventh 3, the eighth 1, where two trees of four have 2.
    expectNear((await variances({ useEfficient: false, restartFrequency: 4 }, 8))[7], 2);
  });

  it('holds one node per level', async () => {
    const process = dpTree({ ...quiet, l2NormClip: 1, restartFrequency: 100 }).create(tensorSpec([3, 2]) as TensorSpec);
    const { levels } = (await process.initialize()) as unknown as { levels: Tensor[] };
    expect(levels.map((l) => l.shape)).toEqual([[7, 3, 2], [7]]);
  });

  it('is repeatable with a seed, and else cannot be foreseen', async () => {
    const run = async (seed?: number) => {
      const options = { noiseMultiplier: 1, clientsPerRound: 1, l2NormClip: 1, ...(seed === undefined ? {} : { seed }) };
      return (await rounds(dpTree(options), repeat(3, [scalars(0)]))).map((r) => r.numbers[0]);
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
    expect(await run()).not.toEqual(await run());
  });

  it('refuses options out of their ranges', () => {
    const make = (options: object) => () => dpTree({ ...quiet, l2NormClip: 1, ...options });
    expect(make({ noiseMultiplier: -1 })).toThrow('`noiseMultiplier` must be a finite number that is not negative, received -1');
    expect(make({ l2NormClip: -1 })).toThrow(RangeError);
    expect(make({ restartFrequency: 0 })).toThrow(RangeError);
    expect(make({ useEfficient: 1 })).toThrow(TypeError);
    expect(make({ restartWarmup: 1 })).toThrow('`options of dpTree` has no option `restartWarmup`');
  });
});

describe('dpTreeAdaptive', () => {
  const adaptive = { ...quiet, initialL2NormClip: 1, clippedCountStddev: 0, targetUnclippedQuantile: 1, clipLearningRate: 1 };

  it('takes the estimated norm for each new tree', async () => {
    const values = repeat(2, [0.5, 1.5, 2].map(scalars));
    const everyRound = await rounds(dpTreeAdaptive({ ...adaptive, restartWarmup: 1, restartFrequency: 1 }), values);
    expectClose(
      everyRound.map((r) => r.numbers[0] as number),
      [2.5 / 3, (2 + Math.exp(2 / 3)) / 3],
    );
  });

  it('keeps the norm of a tree until its end', async () => {
    const outputs = await rounds(dpTreeAdaptive({ ...adaptive, restartWarmup: 2, restartFrequency: 3 }), repeat(7, [scalars(1e9)]));
    const clips = outputs.map((r) => scalar(r.measurements.clip));
    // Nobody is below: (1 · 0 - 1/2) / 3 + 1/2 is a share of 1/3, so the estimate grows by e^(2/3) a round.
    const grown = (n: number) => Math.exp((2 / 3) * n);
    expectClose(clips, [1, 1, grown(2), grown(2), grown(2), grown(5), grown(5)], 3);
  });

  it('has normal noise on the values, in units of the norm of their tree', async () => {
    const options = { noiseMultiplier: 2, clientsPerRound: 100, initialL2NormClip: 3, restartWarmup: 1, restartFrequency: 4, seed: 3 };
    const outputs = await rounds(dpTreeAdaptive(options), repeat(2, [tensor(new Float32Array(40_000))]));
    for (const { numbers: found, measurements } of outputs) {
      const { mean, deviation, kurtosis } = moments(found);
      // With the noise on the count, the noise on the values is that of dpGaussianAdaptive.
      const expected = (scalar(measurements.clip) * 2.041241452) / 100;
      expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.02);
      expect(Math.abs(mean)).toBeLessThan((4 * expected) / 200);
      expect(Math.abs(kurtosis - 3)).toBeLessThan(0.1);
    }
    expect(scalar(outputs[1]?.measurements.clip)).not.toBe(3);
  });

  it('has noise in the estimate', async () => {
    const noisy = dpTreeAdaptive({ noiseMultiplier: 1, clientsPerRound: 100, restartWarmup: 1, restartFrequency: 1, seed: 3 });
    const clips = (await rounds(noisy, repeat(200, [scalars(0)]))).map((r) => scalar(r.measurements.clip));
    const steps = clips.slice(1).map((c, i) => Math.log(c / (clips[i] as number)));
    expect(Math.abs(moments(steps).deviation / (0.2 * 0.05) - 1)).toBeLessThan(0.2);
  });

  it('refuses a first tree that is longer than the others', () => {
    expect(() => dpTreeAdaptive({ ...quiet, restartWarmup: 5, restartFrequency: 4 })).toThrow(
      '`restartWarmup` must be a finite number in [1, 4], received 5',
    );
    expect(() => dpTreeAdaptive({ ...quiet, noiseMultiplier: 1, clippedCountStddev: 0.1 })).toThrow(
      '`clippedCountStddev` must be above half',
    );
  });
});
