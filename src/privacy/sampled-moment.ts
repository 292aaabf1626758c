/** Moments of the ratio of densities where clients are drawn at random, from those where all take part. */
import { logAdd } from './logarithms.js';

/**
 * `log E₀[(1 − q + q · p₁ / p₀)^order]` by the binomial theorem, exact for whole orders. Its values between are bounded by the straight line,
 * since the function is convex (Wang, Balle and Kasiviswanathan, AISTATS 2019, https://arxiv.org/abs/1808.00087, corollary 10).
 */
export function sampledMoment(logMoment: (order: number) => number, q: number, order: number): number {
  const below = Math.floor(order);
  if (below < order) {
    const share = order - below;
    const low = below === 1 ? 0 : sampledMoment(logMoment, q, below);
    return (1 - share) * low + share * sampledMoment(logMoment, q, below + 1);
  }
  // Without the terms' share of the moments the sum is exactly 1, which is left out to keep what is small beside it.
  let excess = Number.NEGATIVE_INFINITY;
  let logBinomial = Math.log(order);
  for (let k = 2; k <= order; k++) {
    logBinomial += Math.log((order - k + 1) / k);
    const moment = logMoment(k);
    const more = moment < 1 ? Math.log(Math.expm1(moment)) : moment + Math.log1p(-Math.exp(-moment));
    excess = logAdd(excess, logBinomial + k * Math.log(q) + (order - k) * Math.log1p(-q) + more);
  }
  return logAdd(0, excess);
}
