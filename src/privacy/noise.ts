/**
 * Noise on a sum that one client moves by at most 1: what the accountants need to know of it.
 *
 * `p₀` is the density of the outcome without the client, `p₁(x) = p₀(x − 1)` with it: the worst case for Gaussian noise and Euclidean
 * norms, and for Laplace noise and sums of absolute values.
 */

/** What lies beyond an end of the range. */
export interface Tail {
  /** Its probability without the client, and with it; or bounds above them. */
  readonly without: number;
  readonly with: number;
  /** `log(p₁ / p₀)` at the end of the range, and where it is farthest from 0. */
  readonly nearest: number;
  readonly extreme: number;
}

export interface Noise {
  /** `log E₀[(1 − q + q · p₁ / p₀)^order]` for clients drawn with probability `q`, for orders above 1, or a bound above it. */
  readonly logMoment: (q: number, order: number) => number;
  /** `p₀`. */
  readonly density: (x: number) => number;
  /** `log(p₁ / p₀)`, which grows with `x`, and its inverse. */
  readonly ratio: (x: number) => number;
  readonly inverse: (ratio: number) => number;
  /** Where outcomes are looked at one by one. */
  readonly range: readonly [number, number];
  readonly below: Tail;
  readonly above: Tail;
  /** A length in which the density changes little. */
  readonly width: number;
}

/** Less noise than this is taken for none: ε would be above a million. */
export const LEAST_NOISE = 1e-3;
/** More noise than this is taken for as much, so that squares stay far from the limits of numbers. */
export const MOST_NOISE = 1e6;

/** None at all: the outcome shows whether the client was there. */
export const NO_NOISE: Noise = {
  logMoment: () => Number.POSITIVE_INFINITY,
  density: () => 0,
  ratio: () => 0,
  inverse: () => 0,
  range: [0, 0],
  below: { without: 1, with: 0, nearest: Number.NEGATIVE_INFINITY, extreme: Number.NEGATIVE_INFINITY },
  above: { without: 0, with: 1, nearest: Number.POSITIVE_INFINITY, extreme: Number.POSITIVE_INFINITY },
  width: 1,
};
