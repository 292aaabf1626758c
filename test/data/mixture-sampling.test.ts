import { expect, it } from 'vitest';
import { ValueError } from '../../src/errors.js';
import { data } from '../../src/index.js';

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const populations = [names('a', 30), names('b', 30), names('c', 30)].map((ids) => data.uniformSampling(ids, { seed: 5 }));

it('takes of each population by its share, as a multinomial distribution does', () => {
  const draw = data.mixtureSampling(populations, { weights: [5, 0, 3], seed: 2 });
  const [rounds, size, p] = [2000, 20, 5 / 8];
  const firsts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const sample = draw(round, size);
    expect(new Set(sample).size).toBe(size);
    expect(sample.some((id) => id.startsWith('b'))).toBe(false);
    firsts.push(sample.filter((id) => id.startsWith('a')).length);
  }
  const mean = firsts.reduce((a, b) => a + b, 0) / rounds;
  const variance = firsts.reduce((a, b) => a + (b - mean) ** 2, 0) / rounds;
  expect(Math.abs(mean - size * p)).toBeLessThan(4 * Math.sqrt((size * p * (1 - p)) / rounds));
  expect(variance / (size * p * (1 - p))).toBeCloseTo(1, 0.9);
});

it('gives a round the same sample, decided by the seed', () => {
  const sample = (seed: number, round: number): string[] => data.mixtureSampling(populations, { weights: [1, 1, 1], seed })(round, 9);
  expect(sample(1, 4)).toEqual(sample(1, 4));
  expect(sample(2, 4)).not.toEqual(sample(1, 4));
  expect(sample(1, 5)).not.toEqual(sample(1, 4));
  expect(data.mixtureSampling(populations, { weights: [1, 1, 1] })(4, 9)).toEqual(sample(0, 4));
});

it('refuses other arguments, and more of a population than there are', () => {
  const wrong = (samplings: unknown, options: unknown) => () =>
    data.mixtureSampling(samplings as typeof populations, options as { weights: number[] });
  expect(wrong('abc', { weights: [1] })).toThrow('`samplings` must be a list of functions, received "abc"');
  expect(wrong([1], { weights: [1] })).toThrow('`samplings[0]` must be a function');
  expect(wrong(populations, { weights: 1 })).toThrow('`weights` must be a list of numbers, received 1');
  expect(wrong(populations, { weights: [1, 2] })).toThrow(ValueError);
  expect(wrong(populations, { weights: [0, 0, 0] })).toThrow('`weights` must be one for each of the 3 samplings, and not all 0');
  expect(wrong(populations, { weights: [1, -1, 1] })).toThrow('`weights[1]` must be');
  expect(wrong(populations, { weights: [1, 1, 1], seed: 0.5 })).toThrow('`seed` must be a whole number');
  expect(wrong(populations, { weights: [1, 1, 1], replace: true })).toThrow('has no option `replace`');
  const draw = data.mixtureSampling(populations, { weights: [1, 0, 0] });
  expect(() => draw(0, 31)).toThrow('`size` must be at most the 30 values of `sampleRange`, received 31');
  expect(() => draw(0, -1)).toThrow('`size` must be');
});
