/** A robust mean by secure sums alone (`tff.learning.secure_aggregator`). */
import type { Aggregator } from './aggregator.js';
import { checkLimits, type LimitOptions, limited, secureCount } from './limits.js';
import { mean } from './mean.js';
import { quantileEstimation } from './quantile-estimation.js';
import { secureSum } from './secure-sum.js';
import { unweightedMean } from './unweighted-mean.js';

/** The largest weight of a client. */
const MAX_WEIGHT = 2 ** 20 - 1;

/**
 * `robust` with secure sums of 32 bits: of values within twice the range that 95 % of the clients' elements stay in, of weights up to
 * 2^20 - 1, and of everything that is counted. Each is in the clear only as a sum over all clients.
 *
 * @throws TypeError
 */
export function secure(options: LimitOptions = {}): Aggregator {
  const checked = checkLimits('secure', options);
  const bound = quantileEstimation({ initialEstimate: 50, targetQuantile: 0.95, learningRate: 1, multiplier: 2, secureEstimation: true });
  const valueSum = secureSum({ upperBoundThreshold: bound });
  const weightSum = secureSum({ upperBoundThreshold: MAX_WEIGHT, lowerBoundThreshold: 0 });
  const inner = checked.weighted ? mean({ valueSum, weightSum }) : unweightedMean({ valueSum, countSum: secureCount() });
  return limited(inner, checked, true);
}
