/** Randomness of aggregators: seeds that differ for every use, every client and every round. */
import { randomFillSync } from 'node:crypto';
import type { Output } from '../graph/graph.js';
import { unstack } from '../graph/ops/array.js';
import { add, log1p, neg, sub } from '../graph/ops/math.js';
import { randomBits, randomNormal, randomUniform } from '../graph/ops/random.js';
import { type Tensor, tensor } from '../tensor.js';
import { checkInteger } from '../validate.js';

/** Two seeds, each an `int64` vector of two, for one use: drawn from once, or {@link split}. */
export interface Randomness {
  /** Decided by the process's seed, the round and the client's place in it: for what may be foreseen, such as rounding. */
  readonly seed: Output;
  /** Also decided by {@link freshEntropy}, another in every call: for what must not be foreseen, such as noise that protects people. */
  readonly secret: Output;
}

/** 128 bits of the operating system's generator. */
export const freshEntropy = (): Tensor => tensor(randomFillSync(new BigInt64Array(2)));

/** The randomness of a client or of the server in a round. */
export const randomness = (seed: Output, entropy: Output): Randomness => ({
  // Other numbers than those that shuffling and dropout take from the same seed.
  seed: randomBits(add(seed, seed.graph.constant([0n, -2n], 'int64', [2])), [2], 'int64'),
  secret: randomBits(add(seed, entropy), [2], 'int64'),
});

/** Independent seeds from one, which is not to be used any more. */
export const splitSeed = (seed: Output, count: number): Output[] => unstack(randomBits(seed, [count, 2], 'int64'));

/** Independent randomness for several uses. */
export function split(random: Randomness, count: number): Randomness[] {
  const secrets = splitSeed(random.secret, count);
  return splitSeed(random.seed, count).map((seed, i) => ({ seed, secret: secrets[i] as Output }));
}

/** Randomness that is independent of what is drawn or split from the given one: for one more use beside those. */
export function beside({ seed, secret }: Randomness): Randomness {
  const other = (x: Output): Output => add(x, x.graph.constant([0n, 1n], 'int64', [2]));
  return { seed: other(seed), secret: other(secret) };
}

/** What decides a mechanism's noise: the secret, or where a seed is given, that and what may be foreseen. */
export const noiseSeed = (random: Randomness, seed: number | undefined): Output =>
  seed === undefined ? random.secret : add(random.seed, random.seed.graph.constant([BigInt(seed), 0n], 'int64', [2]));

/** The option `seed` of a mechanism. */
export const checkNoiseSeed = (seed: number | undefined): number | undefined =>
  seed === undefined ? undefined : checkInteger('seed', seed);

/** Distributions of noise with mean 0 and scale 1: standard deviation 1, or for Laplace's mean absolute deviation 1. */
export type NoiseDistribution = 'gaussian' | 'laplace';

/** Independent noise of scale 1 in the shape and element type of each value. */
export function unitNoise(distribution: NoiseDistribution, seed: Output, like: readonly Output[]): Output[] {
  return splitSeed(seed, like.length).map((own, i) => {
    const { shape, dtype } = like[i] as Output;
    const sizes = shape as number[];
    if (distribution === 'gaussian') return randomNormal(own, sizes, dtype);
    // The difference of two exponential variables; `1 - u` is never 0.
    const [a, b] = unstack(log1p(neg(randomUniform(own, [2, ...sizes], dtype)))) as [Output, Output];
    return sub(a, b);
  });
}
