import { describe, expect, it } from 'vitest';
import { freshEntropy, noiseSeed, randomness, split, splitSeed, unitNoise } from '../../src/aggregators/randomness.js';
import { Computation } from '../../src/graph/computation.js';
import type { Output } from '../../src/graph/graph.js';
import { type Tensor, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { numbers } from './fixtures.js';

const SEED = tensorSpec([2], 'int64') as TensorSpec;
const words = (a: number, b: number): Tensor => tensor(BigInt64Array.of(BigInt(a), BigInt(b)));

/** The bits of seeds that a function makes of two. */
async function seeds(fn: (seed: Output, entropy: Output) => Output[], seed: Tensor, entropy: Tensor): Promise<string[]> {
  const computation = Computation.compile([SEED, SEED], (inputs) => fn(...(inputs as [Output, Output])));
  return ((await computation.run([seed, entropy])) as Tensor[]).map((t) => String(t.data));
}
const both = (seed: Output, entropy: Output) => Object.values(randomness(seed, entropy)) as Output[];

describe('randomness', () => {
  it('has a part that follows the seed, and one that entropy decides, too', async () => {
    const [seed, secret] = await seeds(both, words(1, 2), words(3, 4));
    expect(await seeds(both, words(1, 2), words(3, 4))).toEqual([seed, secret]);
    expect((await seeds(both, words(1, 2), words(3, 5)))[0]).toBe(seed);
    expect((await seeds(both, words(1, 2), words(3, 5)))[1]).not.toBe(secret);
    const other = await seeds(both, words(1, 3), words(3, 4));
    expect([other[0] === seed, other[1] === secret]).toEqual([false, false]);
  });

  it('has entropy of its own every time', () => {
    const drawn = Array.from({ length: 50 }, () => String(freshEntropy().data));
    expect(new Set(drawn).size).toBe(50);
  });

  it('splits into seeds that all differ', async () => {
    const all = await seeds(
      (seed, entropy) => {
        const parts = split(randomness(seed, entropy), 5);
        return [...parts.flatMap((part) => [part.seed, part.secret]), ...splitSeed(seed, 4)];
      },
      words(0, 0),
      words(0, 0),
    );
    expect(new Set(all).size).toBe(14);
  });

  it('takes the secret for noise, unless there is a seed', async () => {
    const of = (seed: number | undefined) => (s: Output, e: Output) => [noiseSeed(randomness(s, e), seed)];
    const at = (seed: number | undefined, entropy: number) => seeds(of(seed), words(1, 2), words(entropy, 0));
    expect(await at(undefined, 1)).not.toEqual(await at(undefined, 2));
    expect(await at(7, 1)).toEqual(await at(7, 2));
    expect(await at(7, 1)).not.toEqual(await at(8, 1));
  });

  it('draws noise in the shape and element type of each value', async () => {
    const specs = [tensorSpec([3, 2]), tensorSpec([4], 'float64')] as TensorSpec[];
    for (const distribution of ['gaussian', 'laplace'] as const) {
      const computation = Computation.compile([SEED, ...specs], (inputs) => {
        const [seed, ...like] = inputs as Output[];
        return unitNoise(distribution, seed as Output, like);
      });
      const noise = (await computation.run([words(1, 2), tensor(new Float32Array(6), [3, 2]), tensor(new Float64Array(4))])) as Tensor[];
      expect(noise.map(String)).toEqual(['float32[3, 2]', 'float64[4]']);
      expect(new Set(numbers(noise)).size).toBe(10);
    }
  });
});
