import { describe, expect, it } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import { randomGamma, randomInteger } from '../../../src/graph/ops/random.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';

const draw = async (fn: (seed: Output) => Output): Promise<number[]> => {
  const computation = Computation.compile<Tensor[]>([tensorSpec([2], 'int64')], (feeds) => [fn((feeds as Output[])[0] as Output)]);
  const [found] = await computation.run([tensor(BigInt64Array.of(3n, 5n), [2], 'int64')]);
  return Array.from(found?.data as ArrayLike<number | bigint>, Number);
};
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('randomInteger', () => {
  it('draws every number between the limits equally often', async () => {
    const values = await draw((seed) => randomInteger(seed, [11_000], 2, 13));
    // Binomial: 1000 each with a deviation of 30.
    for (let i = 2; i < 13; i++) expect(Math.abs(values.filter((v) => v === i).length - 1000)).toBeLessThan(120);
  });
});

describe('randomGamma', () => {
  it.each([0.4, 1, 3])('has the mean and the variance %d', async (alpha) => {
    const values = await draw((seed) => randomGamma(seed, [20_000], alpha));
    const middle = mean(values);
    expect(Math.abs(middle - alpha)).toBeLessThan(0.05);
    expect(Math.abs(mean(values.map((v) => (v - middle) ** 2)) / alpha - 1)).toBeLessThan(0.1);
  });
});
