/** The deterministic division is that of flwr-datasets 0.6.1 for the same labels; the others are checked by their properties. */
import { expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { data } from '../../../src/index.js';
import { classesOf, LABELS, sorted, upTo, wrong } from './parts.js';

const { pathological } = data.partition;
const byNumber = (parts: number[][]) => parts.map((part) => [...part].sort((a, b) => a - b));
const labels = upTo(1000).map((i) => (i * i) % 10);
const classes = [...new Set(labels)].sort();

it('gives each client its class and the next ones, as flwr-datasets', () => {
  const divide = (clients: number, numClassesPerPartition: number) =>
    byNumber(pathological({ labels: LABELS, clients, numClassesPerPartition, classAssignmentMode: 'deterministic', seed: 1 }));
  expect(divide(5, 2)).toEqual([
    [0, 1, 3, 5, 6, 8, 10, 11, 13, 15, 16],
    [2, 4, 7, 9, 12, 14, 17, 18, 23, 28],
    [19, 20, 21, 22, 24, 25, 26, 27, 29, 30, 31, 32, 34, 35],
    [33, 36, 38, 40, 41, 45, 46, 50, 51],
    [37, 39, 42, 43, 44, 47, 48, 49, 52],
  ]);
  expect(divide(8, 3)).toEqual([
    [0, 1, 2, 3, 4, 5, 7, 8],
    [6, 9, 10, 11, 12, 13, 14, 18],
    [15, 16, 17, 19, 20, 22, 23],
    [21, 24, 25, 26, 27, 28, 29],
    [30, 31, 32, 33, 34, 35, 37],
    [36, 38, 39, 40, 41, 42],
    [43, 44, 45, 46, 47],
    [48, 49, 50, 51, 52],
  ]);
});

it.each(['random', 'deterministic', 'first-deterministic'] as const)('%s gives each client so many classes', (classAssignmentMode) => {
  for (const numClassesPerPartition of [1, 2, 6]) {
    const parts = pathological({ labels, clients: 20, numClassesPerPartition, classAssignmentMode, seed: 2 });
    expect(classesOf(parts, labels)).toEqual(new Array(20).fill(numClassesPerPartition));
    expect(new Set(parts.flat()).size).toBe(parts.flat().length);
    // A class is divided whole and evenly.
    for (const c of classes) {
      const shares = parts.map((part) => part.filter((i) => labels[i] === c).length).filter((n) => n > 0);
      if (shares.length === 0) continue;
      expect(shares.reduce((a, b) => a + b)).toBe(labels.filter((label) => label === c).length);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
  }
});

it('divides all examples where the first class is deterministic', () => {
  for (let seed = 0; seed < 50; seed++) {
    const parts = pathological({ labels, clients: 6, numClassesPerPartition: 2, classAssignmentMode: 'first-deterministic', seed });
    expect(sorted(parts)).toEqual(upTo(1000));
    parts.forEach((part, c) => expect(part.map((i) => labels[i])).toContain(classes[c]));
  }
});

it.each([
  ['random', 2 / 6],
  ['first-deterministic', 1 / 5],
] as const)('%s draws the other classes uniformly', (classAssignmentMode, p) => {
  const draws = 3000;
  const counts = new Map<number, number>();
  for (let seed = 0; seed < draws; seed++) {
    const [part] = pathological({ labels, clients: 1, numClassesPerPartition: 2, classAssignmentMode, seed }) as [number[]];
    for (const c of new Set(part.map((i) => labels[i] as number))) counts.set(c, (counts.get(c) ?? 0) + 1);
  }
  for (const c of classAssignmentMode === 'random' ? classes : classes.slice(1))
    expect(Math.abs((counts.get(c) as number) - draws * p)).toBeLessThan(4 * Math.sqrt(draws * p * (1 - p)));
});

it('is decided by the seed, and mixed', () => {
  const divide = (seed: number) => pathological({ labels, clients: 4, numClassesPerPartition: 2, seed });
  expect(divide(3)).toEqual(divide(3));
  expect(divide(4)).not.toEqual(divide(3));
  for (const part of divide(3)) expect(part).not.toEqual(byNumber([part])[0]);
});

it('divides more examples than a call takes arguments', () => {
  const parts = pathological({ labels: new Uint8Array(300_000), clients: 1, numClassesPerPartition: 1, seed: 1 });
  expect(parts[0]?.length).toBe(300_000);
});

it('refuses what it cannot divide', () => {
  const good = { labels: LABELS, clients: 3, numClassesPerPartition: 2, seed: 1 };
  expect(wrong(pathological, { ...good, numClassesPerPartition: 5 })).toThrow(
    new ValueError('`numClassesPerPartition` must be at most the 3 classes of `labels`, received 5'),
  );
  expect(wrong(pathological, { ...good, clients: 11, numClassesPerPartition: 3 })).toThrow(
    new ValueError('`labels` must have an example of class 2 for each of the 11 clients that have it, received 10'),
  );
  expect(wrong(pathological, { ...good, numClassesPerPartition: 0 })).toThrow(
    '`numClassesPerPartition` must be a finite number of at least 1',
  );
  expect(wrong(pathological, { ...good, classAssignmentMode: 'first' })).toThrow('`classAssignmentMode` must be one of "random"');
  expect(wrong(pathological, { ...good, labels: undefined })).toThrow(TypeError);
  expect(wrong(pathological, { ...good, labels: [] })).toThrow('at most the 0 classes');
  expect(wrong(pathological, { ...good, minSize: 1 })).toThrow('has no option `minSize`');
});
