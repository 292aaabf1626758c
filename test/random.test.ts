/** Random numbers with fixed seeds: moments against the distributions' own, within four standard errors. */
import { describe, expect, it } from 'vitest';
import { ValueError } from '../src/errors.js';
import { Random } from '../src/random.js';

const draws = <T>(n: number, fn: () => T): T[] => Array.from({ length: n }, fn);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const moment = (values: readonly number[], k: number): number => {
  const m = mean(values);
  return mean(values.map((v) => (v - m) ** k));
};
/** Pearson's statistic for counts that should be equal. */
const chiSquare = (counts: readonly number[]): number => {
  const expected = mean(counts);
  return counts.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);
};
const histogram = (bins: number, values: readonly number[]): number[] => {
  const counts = new Array<number>(bins).fill(0);
  for (const v of values) counts[v] = (counts[v] as number) + 1;
  return counts;
};

describe('a seed', () => {
  it('gives the same numbers again', () => {
    const [a, b] = [new Random(1, 2), new Random(1, 2)];
    expect(draws(100, () => a.uint32())).toEqual(draws(100, () => b.uint32()));
  });

  it('goes on in a copy as in the original', () => {
    const random = new Random(5);
    draws(3, () => random.normal());
    const copy = random.copy();
    expect(draws(10, () => copy.normal())).toEqual(draws(10, () => random.normal()));
    expect(copy.uint32()).toBe(random.uint32());
  });

  it('gives other numbers than another seed, list or order', () => {
    const firsts = [[], [0], [1], [-1], [0, 0], [1, 2], [2, 1], [2 ** 32], [2 ** 32 + 1], [2 ** 53 - 1]].map((seed) =>
      draws(4, new Random(...seed).uint32.bind(new Random(...seed))).join(),
    );
    expect(new Set(firsts).size).toBe(10);
  });

  it('that is not a whole number is refused', () => {
    expect(() => new Random(0.5)).toThrow(new ValueError('`seed` must be a whole number, received 0.5'));
    expect(() => new Random('1' as never)).toThrow(TypeError);
  });

  it('next to another gives numbers that have nothing to do with it', () => {
    const pairs = Array.from({ length: 4000 }, (_, i) => [new Random(i).uniform(), new Random(i + 1).uniform()] as const);
    const covariance = mean(pairs.map(([a, b]) => (a - 0.5) * (b - 0.5)));
    expect(Math.abs(covariance * 12)).toBeLessThan(4 / Math.sqrt(4000));
  });
});

describe('uint32 and uniform', () => {
  it('set each bit half of the time', () => {
    const random = new Random(3);
    const values = draws(10_000, () => random.uint32());
    for (let bit = 0; bit < 32; bit++) {
      const set = values.filter((v) => (v >>> bit) & 1).length;
      expect(Math.abs(set - 5000)).toBeLessThan(4 * 50);
    }
  });

  it('has mean 1/2 and variance 1/12 in [0, 1)', () => {
    const random = new Random(4);
    const values = draws(50_000, () => random.uniform());
    expect(Math.min(...values.slice(0, 20_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values.slice(0, 20_000))).toBeLessThan(1);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 50_000));
    expect(Math.abs(moment(values, 2) - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / 50_000));
  });
});

describe('normal', () => {
  it('has mean 0, variance 1, skewness 0 and kurtosis 3', () => {
    const random = new Random(5);
    const values = draws(50_000, () => random.normal());
    expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(50_000));
    expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 50_000));
    expect(Math.abs(moment(values, 3))).toBeLessThan(4 * Math.sqrt(15 / 50_000));
    expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 50_000));
  });

  it('gives successive values that are independent', () => {
    const random = new Random(6);
    const values = draws(20_000, () => random.normal());
    const products = values.slice(1).map((v, i) => v * (values[i] as number));
    expect(Math.abs(mean(products))).toBeLessThan(4 / Math.sqrt(20_000));
  });
});

describe('integer', () => {
  // The 0.9999 quantiles of chi-square with n - 1 degrees of freedom.
  it.each([
    [2, 15.1],
    [3, 18.4],
    [7, 27.9],
    [10, 33.7],
  ])('has no bias in [0, %i)', (n, quantile) => {
    const random = new Random(7, n);
    expect(
      chiSquare(
        histogram(
          n,
          draws(30_000, () => random.integer(n)),
        ),
      ),
    ).toBeLessThan(quantile);
  });

  it('has no bias where n does not divide 2^32: both halves of [0, 3 * 2^30) are as likely', () => {
    const random = new Random(8);
    const n = 3 * 2 ** 30;
    // Values modulo n without rejection would be below 2^30 half of the time, instead of a third.
    const below = draws(30_000, () => random.integer(n)).filter((v) => v < 2 ** 30).length;
    expect(Math.abs(below - 10_000)).toBeLessThan(4 * Math.sqrt((30_000 * 2) / 9));
  });

  it('takes 1 to 2^32', () => {
    const random = new Random(9);
    expect(random.integer(1)).toBe(0);
    expect(random.integer(2 ** 32)).toBeLessThan(2 ** 32);
    for (const n of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) expect(() => random.integer(n)).toThrow(ValueError);
  });
});

describe('gamma', () => {
  it.each([0.1, 0.5, 1, 3, 50])('of shape %d has that mean and variance', (shape) => {
    const random = new Random(10, Math.round(shape * 10));
    const values = draws(40_000, () => random.gamma(shape));
    expect(values.every((v) => v >= 0)).toBe(true);
    expect(Math.abs(mean(values) - shape)).toBeLessThan(4 * Math.sqrt(shape / 40_000));
    // The fourth central moment is 3 shape^2 + 6 shape.
    expect(Math.abs(moment(values, 2) - shape)).toBeLessThan(4 * Math.sqrt((2 * shape ** 2 + 6 * shape) / 40_000));
  });

  it('refuses other shapes', () => {
    for (const shape of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => new Random(1).gamma(shape)).toThrow(ValueError);
  });
});

describe('dirichlet', () => {
  it('gives shares that sum to 1', () => {
    const random = new Random(11);
    for (const concentration of [1e-6, 0.01, 0.5, 1, 100]) {
      for (const size of [1, 2, 10]) {
        const shares = random.dirichlet(new Array<number>(size).fill(concentration));
        expect(shares).toHaveLength(size);
        expect(shares.every((s) => s >= 0 && s <= 1)).toBe(true);
        expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      }
    }
  });

  it('has mean 1/k and variance (k - 1) / (k^2 (k a + 1))', () => {
    const [k, a, n] = [4, 0.5, 20_000];
    const random = new Random(12);
    const first = draws(n, () => random.dirichlet([a, a, a, a])[0] as number);
    const variance = (k - 1) / (k ** 2 * (k * a + 1));
    expect(Math.abs(mean(first) - 1 / k)).toBeLessThan(4 * Math.sqrt(variance / n));
    expect(Math.abs(moment(first, 2) / variance - 1)).toBeLessThan(0.05);
  });

  it('gives all to one, any one, where the concentration vanishes', () => {
    const random = new Random(13);
    const winners = draws(4000, () => random.dirichlet([1e-300, 1e-300, 1e-300, 1e-300]).indexOf(1));
    expect(chiSquare(histogram(4, winners))).toBeLessThan(21.1);
  });

  it('has mean a_i / s and variance a_i (s - a_i) / (s^2 (s + 1)), with s the sum of the concentrations', () => {
    const [concentrations, n, s] = [[0.3, 0.7, 2], 20_000, 3];
    const random = new Random(15);
    const shares = Array.from({ length: n }, () => random.dirichlet(concentrations));
    concentrations.forEach((a, i) => {
      const own = shares.map((share) => share[i] as number);
      const variance = (a * (s - a)) / (s ** 2 * (s + 1));
      expect(Math.abs(mean(own) - a / s)).toBeLessThan(4 * Math.sqrt(variance / n));
      expect(Math.abs(moment(own, 2) / variance - 1)).toBeLessThan(0.05);
    });
  });
});

describe('categorical', () => {
  it('gives each place as often as its share, and none of weight 0', () => {
    const random = new Random(16);
    const [weights, n] = [[2, 0, 1, 5, 0], 16_000];
    const counts = histogram(
      5,
      draws(n, () => random.categorical(weights)),
    );
    expect([counts[1], counts[4]]).toEqual([0, 0]);
    // The 0.9999 quantile of chi-square with 2 degrees of freedom.
    const distance = [0, 2, 3].reduce(
      (sum, i) => sum + ((counts[i] as number) - (weights[i] as number) * 2000) ** 2 / ((weights[i] as number) * 2000),
      0,
    );
    expect(distance).toBeLessThan(18.5);
  });
});

describe('shuffle', () => {
  it('gives every order as often, in place', () => {
    const random = new Random(14);
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const values = [0, 1, 2, 3];
      expect(random.shuffle(values)).toBe(values);
      counts.set(values.join(), (counts.get(values.join()) ?? 0) + 1);
    }
    // The 0.9999 quantile of chi-square with 23 degrees of freedom.
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(56.9);
  });

  it('takes lists of none and one', () => {
    expect([new Random(1).shuffle([]), new Random(1).shuffle(['a'])]).toEqual([[], ['a']]);
  });
});

describe('sample', () => {
  it('never repeats', () => {
    const random = new Random(15);
    for (const [n, count] of [
      [1, 1],
      [10, 10],
      [1000, 999],
      [2 ** 31, 100],
    ] as const) {
      const values = random.sample(n, count);
      expect(new Set(values).size).toBe(count);
      expect(values.every((v) => Number.isInteger(v) && v >= 0 && v < n)).toBe(true);
    }
    expect(random.sample(5, 0)).toEqual([]);
  });

  it('gives every ordered pair as often', () => {
    const random = new Random(16);
    const pairs = draws(12_000, () => random.sample(4, 2)).map(([a, b]) => (a as number) * 4 + (b as number));
    const counts = histogram(16, pairs).filter((_, i) => i % 5 !== 0);
    expect(counts).toHaveLength(12);
    // The 0.9999 quantile of chi-square with 11 degrees of freedom.
    expect(chiSquare(counts)).toBeLessThan(37.4);
  });

  it('refuses more than there are', () => {
    expect(() => new Random(1).sample(3, 4)).toThrow(new ValueError('`count` must be a finite number in [0, 3], received 4'));
    expect(() => new Random(1).sample(3, -1)).toThrow(ValueError);
  });
});
