/** The differentially private mean that TFF recommends for model updates (`tff.learning.dp_aggregator`). */
import { checkBoolean, checkOptions } from '../validate.js';
import type { Aggregator } from './aggregator.js';
import { dpGaussianAdaptive } from './dp-gaussian-adaptive.js';
import { zeroLarge } from './limits.js';

export interface DpOptions {
  /** Ratio of noise to sensitivity of the whole, as of `dpGaussianAdaptive`; not negative. */
  readonly noiseMultiplier: number;
  /** The number of clients that a round is planned with: the divisor, whatever number takes part. */
  readonly clientsPerRound: number;
  /** Whether values far beyond the others are zeroed first; `true` by default. The estimate of what is far is not private, as in TFF. */
  readonly zeroing?: boolean;
  /** Makes the noise repeatable, for tests; by default it cannot be foreseen. */
  readonly seed?: number;
}

/** `dpGaussianAdaptive` by its defaults, after zeroing. @throws TypeError, ValueError for negative noise, or too few clients for it */
export function dp(options: DpOptions): Aggregator {
  checkOptions('options of dp', options, ['noiseMultiplier', 'clientsPerRound', 'zeroing', 'seed']);
  const { zeroing = true, ...mechanism } = options;
  const inner = dpGaussianAdaptive(mechanism);
  return checkBoolean('zeroing', zeroing) ? zeroLarge(inner, false) : inner;
}
