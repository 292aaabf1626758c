/** The moments are those of the Dirichlet-multinomial distribution, by their closed forms: what pfl's DirichletDataSampler draws. */
import { expect, it } from 'vitest';
import { data } from '../../src/index.js';

/** 5 examples of class 3, 20 of class 7, 75 of class 9. */
const labels = Array.from({ length: 100 }, (_, i) => (i < 5 ? 3 : i < 25 ? 7 : 9));
const classes = [3, 7, 9];
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

it.each([
  ['for all classes', 0.5, [0.5, 0.5, 0.5]],
  ['for each class', [0.2, 1.3, 3], [0.2, 1.3, 3]],
])('has as many of each class as a Dirichlet-multinomial distribution, with a concentration %s', (_, concentration, each) => {
  const [n, clients, sum] = [12, 20_000, each.reduce((a, b) => a + b, 0)];
  const draw = data.dirichletSampling(labels, { concentration, seed: 3 });
  const samples = upTo(clients).map((client) => draw(client, n).map((i) => labels[i]));
  classes.forEach((label, c) => {
    const counts = samples.map((sample) => sample.filter((l) => l === label).length);
    const share = (each[c] as number) / sum;
    const variance = (n * share * (1 - share) * (n + sum)) / (1 + sum);
    expect(Math.abs(mean(counts) - n * share)).toBeLessThan(4 * Math.sqrt(variance / clients));
    expect(Math.abs(mean(counts.map((k) => (k - n * share) ** 2)) / variance - 1)).toBeLessThan(0.05);
  });
});

it('draws each example of a class as often, also more than once', () => {
  const draw = data.dirichletSampling(labels, { concentration: 1, seed: 4 });
  const counts = new Array<number>(100).fill(0);
  for (const client of upTo(4000)) for (const i of draw(client, 10)) counts[i] = (counts[i] as number) + 1;
  const own = counts.slice(5, 25);
  const expected = mean(own);
  // The 0.9999 quantile of chi-square with 19 degrees of freedom.
  expect(own.reduce((distance, n) => distance + (n - expected) ** 2 / expected, 0)).toBeLessThan(50.8);
  expect(new Set(draw(0, 200)).size).toBeLessThanOrEqual(100);
  expect(draw(0, 200).length).toBe(200);
});

it('gives one class where the concentration is near 0, and all alike where it is large', () => {
  const one = data.dirichletSampling(labels, { concentration: 1e-6 });
  const seen = upTo(60).map((client) => new Set(one(client, 30).map((i) => labels[i])));
  expect(seen.every((s) => s.size === 1)).toBe(true);
  expect(new Set(seen.flatMap((s) => [...s])).size).toBe(3);
  const even = data
    .dirichletSampling(labels, { concentration: 1e6 })(1, 30_000)
    .map((i) => labels[i]);
  for (const label of classes) expect(Math.abs(even.filter((l) => l === label).length - 10_000)).toBeLessThan(330);
});

it('follows from the seed and the client, and is in ascending order', () => {
  const draw = (seed?: number) => data.dirichletSampling(labels, { concentration: 1, ...(seed !== undefined && { seed }) });
  const sample = draw(7)(5, 20);
  expect(sample).toEqual(draw(7)(5, 20));
  expect(sample).toEqual([...sample].sort((a, b) => a - b));
  expect(sample).not.toEqual(draw(7)(6, 20));
  expect(sample).not.toEqual(draw(8)(5, 20));
  expect(draw()(5, 20)).toEqual(draw(0)(5, 20));
  expect(draw()(5, 0)).toEqual([]);
});

it('refuses other arguments', () => {
  const make =
    (options: object, of: unknown = labels) =>
    () =>
      data.dirichletSampling(of as never, { concentration: 1, ...options } as never);
  expect(make({}, 3)).toThrow('`labels` must be a list with the class of each example, received 3');
  expect(make({}, [])).toThrow('`labels` must be the classes of at least one example');
  expect(make({ concentration: 0 })).toThrow('`concentration` must be a finite number');
  expect(make({ concentration: 1e101 })).toThrow('`concentration` must be a finite number');
  expect(make({ concentration: undefined })).toThrow('`concentration` must be a number');
  expect(make({ concentration: [1, 2] })).toThrow('`concentration` must be a number for each of the 3 classes');
  expect(make({ concentration: [1, -2, 3] })).toThrow('`concentration[1]` must be a finite number');
  expect(make({ seed: 0.5 })).toThrow('`seed` must be a whole number, received 0.5');
  expect(make({ alpha: 1 })).toThrow('`options of dirichletSampling` has no option `alpha`');
  expect(() => data.dirichletSampling(labels, { concentration: 1 })(0.5, 1)).toThrow('`client` must be a whole number');
  expect(() => data.dirichletSampling(labels, { concentration: 1 })(0, -1)).toThrow('`size` must be');
});
