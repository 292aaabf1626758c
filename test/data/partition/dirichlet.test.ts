import { expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { data } from '../../../src/index.js';
import { Random } from '../../../src/random.js';
import { sorted, upTo, wrong } from './parts.js';

const { dirichlet } = data.partition;

const labels = (n: number, classes = 10) => Uint8Array.from({ length: n }, (_, i) => i % classes);
/** Each client's number of examples of each class. */
const histogram = (parts: number[][], of: ArrayLike<number>, classes = 10) =>
  parts.map((part) => upTo(classes).map((c) => part.filter((i) => of[i] === c).length));

it.each([0.01, 0.5, 10])('gives each example to one client at concentration %d', (concentration) => {
  const parts = dirichlet({ labels: labels(5000), clients: 20, concentration, seed: 2, minSize: 0 });
  expect(parts.length).toBe(20);
  expect(sorted(parts)).toEqual(upTo(5000));
});

it('is decided by the seed', () => {
  const divide = (seed: number) => dirichlet({ labels: labels(500), clients: 5, concentration: 0.5, seed });
  expect(divide(3)).toEqual(divide(3));
  expect(divide(4)).not.toEqual(divide(3));
});

it.each([0.1, 0.5, 5])('has the shares of a Dirichlet distribution: their variance at concentration %d', (concentration) => {
  const clients = 8;
  const perClass = 2000;
  const own = labels(perClass * 50, 50);
  const shares = histogram(dirichlet({ labels: own, clients, concentration, seed: 5, minSize: 0 }), own, 50).flat();
  const [mean, variance] = [1 / clients, (clients - 1) / clients ** 2 / (clients * concentration + 1)];
  const squares = shares.map((n) => (n / perClass - mean) ** 2);
  const measured = squares.reduce((a, b) => a + b, 0) / squares.length;
  // The error of a variance that is estimated from these 400 shares, about three of its standard deviations.
  const error = Math.sqrt(squares.reduce((sum, s) => sum + (s - measured) ** 2, 0) / squares.length ** 2);
  expect(Math.abs(measured - variance)).toBeLessThan(3.5 * error);
});

it('gives a class to one client where the concentration is near 0, and all the same where it is large', () => {
  const own = labels(1000);
  const skewed = histogram(dirichlet({ labels: own, clients: 10, concentration: 1e-4, seed: 1, minSize: 0 }), own);
  for (const c of upTo(10)) expect(skewed.map((row) => row[c]).sort()).toEqual([...new Array(9).fill(0), 100].sort());
  const even = histogram(dirichlet({ labels: own, clients: 10, concentration: 1e6, seed: 1 }), own);
  for (const n of even.flat()) expect(Math.abs(n - 10)).toBeLessThanOrEqual(1);
});

it('draws again until every client has enough', () => {
  const divide = (minSize: number) =>
    dirichlet({ labels: labels(400), clients: 10, concentration: 0.3, seed: 7, minSize }).map((part) => part.length);
  expect(Math.min(...divide(0))).toBeLessThan(15);
  expect(Math.min(...divide(15))).toBeGreaterThanOrEqual(15);
  expect(dirichlet({ labels: labels(50), clients: 10, concentration: 0.3, seed: 7 }).every((part) => part.length > 0)).toBe(true);
});

it("mixes each client's examples, and does not depend on which labels stand for the classes", () => {
  const own = labels(1000);
  const divide = (of: ArrayLike<number>) => dirichlet({ labels: of, clients: 4, concentration: 1, seed: 3 });
  const parts = divide(own);
  for (const part of parts)
    expect(part.slice(0, 20).map((i) => own[i])).not.toEqual(
      part
        .slice(0, 20)
        .map((i) => own[i])
        .sort(),
    );
  expect(divide(Array.from(own, (label) => 100 * label - 300))).toEqual(parts);
});

it('divides more examples than a call takes arguments', () => {
  expect(dirichlet({ labels: new Uint8Array(300_000), clients: 1, concentration: 1, seed: 1 })[0]?.length).toBe(300_000);
});

it('refuses what it cannot divide', () => {
  const good = { labels: labels(20), clients: 4, concentration: 1, seed: 1 };
  expect(wrong(dirichlet, { ...good, labels: 5 })).toThrow('`labels` must be a list with the class of each example, received 5');
  expect(wrong(dirichlet, { ...good, labels: [] })).toThrow(new ValueError('`labels` must be at least 4 for 4 clients of 1, received 0'));
  expect(wrong(dirichlet, { ...good, concentration: 0 })).toThrow('`concentration` must be a finite number above 0, received 0');
  expect(wrong(dirichlet, { ...good, concentration: Number.NaN })).toThrow(ValueError);
  expect(wrong(dirichlet, { ...good, minSize: 1.5 })).toThrow('`minSize` must be');
  expect(wrong(dirichlet, { ...good, alpha: 1 })).toThrow('has no option `alpha`');
  expect(wrong(dirichlet, { ...good, concentration: 1e-4, minSize: 5 })).toThrow(
    new ValueError(
      'no division of 20 examples with `concentration` 0.0001 gives each of 4 clients 5: lower `minSize` or raise `concentration`',
    ),
  );
});

it('draws the shares with the random numbers that everything else has', () => {
  const shares = new Random(9).dirichlet(new Array<number>(3).fill(2));
  const parts = dirichlet({ labels: new Uint8Array(1000), clients: 3, concentration: 2, seed: 9 });
  parts.forEach((part, c) => expect(Math.abs(part.length - 1000 * (shares[c] as number))).toBeLessThanOrEqual(1));
});
