/** What the tests of the ways to divide examples share. */
export const sorted = (parts: number[][]) => parts.flat().sort((a, b) => a - b);
export const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
export const wrong = (fn: unknown, options: unknown) => () => (fn as (options: unknown) => unknown)(options);
/** The labels that flwr-datasets 0.6.1 was run with for expected numbers: 22 of class 0, 10 of class 2, 21 of class 4. */
export const LABELS = upTo(53).map((i) => (7 * i * i + 3 * i) % 5);
/** How many of the classes each client has. */
export const classesOf = (parts: number[][], labels: ArrayLike<number>) => parts.map((part) => new Set(part.map((i) => labels[i])).size);
