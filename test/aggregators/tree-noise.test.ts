/** The tree of noise by what it must be for any noise, and by the variance of its nodes (Honaker 2015). */
import { describe, expect, it } from 'vitest';
import { treeLevels, treeNoise } from '../../src/aggregators/tree-noise.js';
import type { Output } from '../../src/graph/graph.js';
import { tensor, tensorSpec } from '../../src/index.js';
import type { Tensor } from '../../src/tensor.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { computed, numbers } from './fixtures.js';
import { moments } from './moments.js';

const DEPTH = 3;
const SIZE = 80_000;

/** After each leaf: the levels' nodes, and the sum of all residuals. */
async function grow(isEfficient: boolean, seed = 1n): Promise<{ readonly levels: number[][]; readonly total: number[] }[]> {
  let levels: Tensor = tensor(new Float32Array(DEPTH * SIZE), [DEPTH, SIZE]);
  const total = new Float64Array(SIZE);
  const steps = [];
  for (let step = 0n; step < 2n ** BigInt(DEPTH) - 1n; step++) {
    // Every leaf draws from another seed.
    const given = [levels, tensor(BigInt64Array.of(step), []), tensor(BigInt64Array.of(seed, 1000n * step))];
    const [next, residual] = (await computed(given, ([l, at, s]) => {
      const noise = treeNoise([l as Output], at as Output, s as Output, isEfficient);
      return [noise.levels[0] as Output, noise.residual[0] as Output];
    })) as [Tensor, Tensor];
    levels = next;
    numbers(residual).forEach((v, i) => {
      total[i] = (total[i] as number) + v;
    });
    const all = numbers(levels);
    steps.push({ levels: Array.from({ length: DEPTH }, (_, l) => all.slice(l * SIZE, (l + 1) * SIZE)), total: [...total] });
  }
  return steps;
}
const variance = (sample: readonly number[]): number => moments(sample).deviation ** 2;

describe('treeNoise', () => {
  it.each([false, true])('is the noise of the nodes that cover the rounds (efficient: %s)', async (isEfficient) => {
    const steps = await grow(isEfficient);
    steps.forEach(({ levels, total }, step) => {
      const covering = levels.filter((_, level) => ((step + 1) >> level) & 1);
      const sums = total.map((_, i) => covering.reduce((sum, node) => sum + (node[i] as number), 0));
      const farthest = total.reduce((most, v, i) => Math.max(most, Math.abs(v - (sums[i] as number))), 0);
      expect(farthest).toBeLessThan(1e-4);
    });
  });

  it.each([
    [false, [1, 1, 1]],
    [true, [1, 1 / (2 - 1 / 2), 1 / (2 - 1 / 4)]],
  ])('has nodes of the variance of their level (efficient: %s)', async (isEfficient, expected) => {
    const [after, { levels }] = [await grow(isEfficient), (await grow(isEfficient)).at(-1) as { levels: number[][] }];
    expected.forEach((v, level) => expect(Math.abs(variance(levels[level] as number[]) / v - 1)).toBeLessThan(0.02));
    // A node stays until it is merged: that of level 1 is the same after three leaves as after two.
    expect(after[2]?.levels[1]).toEqual(after[1]?.levels[1]);
    expect(after[3]?.levels[1]).toEqual(after[1]?.levels[1]);
  });

  it('begins empty, for each tensor in its element type', async () => {
    const [a, b] = await computed([tensor(0)], ([x]) =>
      treeLevels((x as Output).graph, [tensorSpec([2]), tensorSpec([], 'float64')] as TensorSpec[], 4),
    );
    expect([String(a), String(b)]).toEqual(['float32[4, 2]', 'float64[4]']);
    expect(new Set(numbers([a as Tensor, b as Tensor]))).toEqual(new Set([0]));
  });
});
