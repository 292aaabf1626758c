/** Arithmetic of numbers that are given by their logarithms. */

/** `log(e^a + e^b)`. */
export function logAdd(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return Number.isFinite(high) ? high + Math.log1p(Math.exp(low - high)) : high;
}

/**
 * What sampling makes of the log of a ratio of densities, `log(1 − q + q · e^ratio)`: the loss of privacy where a client leaves. It grows
 * with the ratio, from `log(1 − q)`.
 */
export function sampledLoss(q: number, ratio: number): number {
  if (q === 1) return ratio;
  return ratio > 30 ? ratio + Math.log(q) + Math.log1p(((1 - q) / q) * Math.exp(-ratio)) : Math.log1p(q * Math.expm1(ratio));
}

/** The inverse of {@link sampledLoss}; `-Infinity` for losses that are too small to be. */
export function unsampledRatio(q: number, loss: number): number {
  if (q === 1) return loss;
  if (loss > 30) return loss - Math.log(q) + Math.log1p((q - 1) * Math.exp(-loss));
  const change = Math.expm1(loss) / q;
  return change <= -1 ? Number.NEGATIVE_INFINITY : Math.log1p(change);
}
