/**
 * The accountant by Rényi divergences: they add up over rounds, and bound ε and δ in the end.
 *
 * Mironov, Talwar and Zhang, "Rényi differential privacy of the sampled Gaussian mechanism", 2019, https://arxiv.org/abs/1908.10530; the end
 * by Canonne, Kamath and Steinke, "The discrete Gaussian for differential privacy", NeurIPS 2020, https://arxiv.org/abs/2004.00010,
 * proposition 12, and by the Kullback-Leibler divergence (Bretagnolle and Huber). Orders and bounds are those of Google's dp-accounting.
 */
import type { Mechanism } from './mechanism.js';

/** From 1.1 to 10.9 by tenths, to 63 by ones, and powers of two to 1024. */
const ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  ...[128, 256, 512, 1024],
];

/**
 * The divergence of each order. It is largest where a client leaves (theorem 5 of Mironov, Talwar and Zhang), so that the other direction
 * need not be looked at.
 */
function divergences(mechanisms: readonly Mechanism[]): number[] {
  return ORDERS.map((order) =>
    mechanisms.reduce(
      (sum, { noise, samplingProbability, rounds }) =>
        sum + Math.max(0, (rounds * noise.logMoment(samplingProbability, order)) / (order - 1)),
      0,
    ),
  );
}

/** The least ε for a positive δ. */
export function rdpEpsilon(mechanisms: readonly Mechanism[], delta: number): number {
  const bounds = divergences(mechanisms).map((divergence, i) => {
    if (delta ** 2 + Math.expm1(-divergence) > 0) return 0;
    const order = ORDERS[i] as number;
    return divergence + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1);
  });
  return Math.max(0, Math.min(...bounds));
}

/** The least δ for an ε. */
export function rdpDelta(mechanisms: readonly Mechanism[], epsilon: number): number {
  const logs = divergences(mechanisms).map((divergence, i) => {
    const order = ORDERS[i] as number;
    const renyi = (order - 1) * (divergence - epsilon + Math.log1p(-1 / order)) - Math.log(order);
    return Math.min(renyi, 0.5 * Math.log(-Math.expm1(-divergence)));
  });
  return Math.min(1, Math.exp(Math.min(...logs)));
}
