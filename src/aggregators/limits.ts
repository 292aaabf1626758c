/** The limits of TFF's recommended aggregators: adaptive zeroing and clipping by its defaults. */
import { checkBoolean, checkOptions } from '../validate.js';
import type { Aggregator } from './aggregator.js';
import { clipping } from './clipping.js';
import { quantileEstimation } from './quantile-estimation.js';
import { type SecureSum, secureSum } from './secure-sum.js';
import { zeroing } from './zeroing.js';

export interface LimitOptions {
  /** Whether values far beyond the others are zeroed; `true` by default. */
  readonly zeroing?: boolean;
  /** Whether the largest fifth of values is clipped; `true` by default. */
  readonly clipping?: boolean;
  /** Whether clients count by their weights; `true` by default. */
  readonly weighted?: boolean;
}

/** The options with their defaults. @throws TypeError */
export function checkLimits(name: string, options: LimitOptions, others: readonly string[] = []): Required<LimitOptions> {
  checkOptions(`options of ${name}`, options, ['zeroing', 'clipping', 'weighted', ...others]);
  return {
    zeroing: checkBoolean('zeroing', options.zeroing ?? true),
    clipping: checkBoolean('clipping', options.clipping ?? true),
    weighted: checkBoolean('weighted', options.weighted ?? true),
  };
}

/** Counts clients by a secure sum. */
export const secureCount = (): SecureSum => secureSum({ upperBoundThreshold: 1, lowerBoundThreshold: 0 });

/** Zeroes what is above `2 q + 1`, where `q` is at least as large as 98 % of the clients' largest elements; `q` moves fast at first. */
export function zeroLarge(inner: Aggregator, secureEstimation: boolean): Aggregator {
  const zeroingNorm = quantileEstimation({
    initialEstimate: 10,
    targetQuantile: 0.98,
    learningRate: Math.log(10),
    multiplier: 2,
    increment: 1,
    secureEstimation,
  });
  return zeroing({ zeroingNorm, inner, ...(secureEstimation ? { zeroedCountSum: secureCount() } : {}) });
}

/** Clips to the norm that 80 % of the clients stay below. */
function clipLarge(inner: Aggregator, secureEstimation: boolean): Aggregator {
  const clippingNorm = quantileEstimation({ initialEstimate: 1, targetQuantile: 0.8, learningRate: 0.2, secureEstimation });
  return clipping({ clippingNorm, inner, ...(secureEstimation ? { clippedCountSum: secureCount() } : {}) });
}

/** Zeroing, then clipping, then the inner aggregator, as wanted. */
export function limited(inner: Aggregator, options: Required<LimitOptions>, secureEstimation: boolean): Aggregator {
  const clipped = options.clipping ? clipLarge(inner, secureEstimation) : inner;
  return options.zeroing ? zeroLarge(clipped, secureEstimation) : clipped;
}
