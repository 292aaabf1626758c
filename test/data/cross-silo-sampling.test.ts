import { expect, it } from 'vitest';
import { ValueError } from '../../src/errors.js';
import { data } from '../../src/index.js';

const silos = [
  [0, 1],
  [2, 3],
  [4, 5],
  [6, 7],
];

it('takes the next values of each silo, as in the example of pfl', () => {
  const draw = data.crossSiloSampling(silos, { samplingType: 'minimize-reuse' });
  expect(draw(0, 4)).toEqual([0, 2, 4, 6]);
  expect(draw(1, 4)).toEqual([1, 3, 5, 7]);
  expect(draw(2, 4)).toEqual([0, 2, 4, 6]);
  expect(draw(5, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

it('draws from each silo at random, independently of the others', () => {
  const draw = data.crossSiloSampling(silos, { seed: 3 });
  const counts = new Map<string, number>();
  const rounds = 4000;
  for (let round = 0; round < rounds; round++) {
    const sample = draw(round, 4);
    expect(sample.map((value) => Math.floor(value / 2))).toEqual([0, 1, 2, 3]);
    counts.set(String(sample), (counts.get(String(sample)) ?? 0) + 1);
  }
  // Each of the 16 combinations is as likely as the others.
  expect(counts.size).toBe(16);
  for (const count of counts.values()) expect(Math.abs(count - rounds / 16)).toBeLessThan(4 * Math.sqrt(rounds * (1 / 16) * (15 / 16)));
});

it('gives a round the same sample, decided by the seed', () => {
  const many = [Array.from({ length: 50 }, (_, i) => i), Array.from({ length: 70 }, (_, i) => 100 + i)];
  const sample = data.crossSiloSampling(many, { seed: 1 })(7, 10);
  expect(sample.filter((value) => value < 100).length).toBe(5);
  expect(new Set(sample).size).toBe(10);
  expect(data.crossSiloSampling(many, { seed: 1 })(7, 10)).toEqual(sample);
  expect(data.crossSiloSampling(many, { seed: 2 })(7, 10)).not.toEqual(sample);
  expect(data.crossSiloSampling(many, { seed: 1 })(8, 10)).not.toEqual(sample);
});

it('refuses other arguments', () => {
  const wrong = (own: unknown, options?: object) => () => data.crossSiloSampling(own as number[][], options);
  expect(wrong('abc')).toThrow('`silos` must be a list of lists, received "abc"');
  expect(wrong([])).toThrow(new ValueError('`silos` must be at least one list, received []'));
  expect(wrong([[1], 2])).toThrow('`silos[1]` must be a list, received 2');
  expect(wrong(silos, { samplingType: 'all' })).toThrow('`samplingType` must be one of "random", "minimize-reuse", received "all"');
  expect(wrong(silos, { seed: 0.5 })).toThrow('`seed` must be a whole number');
  expect(wrong(silos, { replace: true })).toThrow('has no option `replace`');
  const draw = data.crossSiloSampling(silos);
  expect(() => draw(0, 6)).toThrow(new ValueError('`size` must be a multiple of the 4 silos, received 6'));
  expect(() => draw(0, 12)).toThrow('`size` must be at most the 2 values of `sampleRange`, received 3');
  expect(() => draw(0, -4)).toThrow('`size` must be a finite number that is not negative');
});
