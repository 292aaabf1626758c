/** A mean that is robust to outliers, which TFF recommends for model updates (`tff.learning.robust_aggregator`). */
import { checkBoolean } from '../validate.js';
import { addDebugMeasurements } from './add-debug-measurements.js';
import type { Aggregator } from './aggregator.js';
import { checkLimits, type LimitOptions, limited } from './limits.js';
import { mean } from './mean.js';
import { unweightedMean } from './unweighted-mean.js';

export interface RobustOptions extends LimitOptions {
  /** Whether norms of clients' values and of the result are reported; `false` by default. */
  readonly debugMeasurements?: boolean;
}

/** A mean with adaptive zeroing and clipping, by TFF's defaults. @throws TypeError */
export function robust(options: RobustOptions = {}): Aggregator {
  const checked = checkLimits('robust', options, ['debugMeasurements']);
  const inner = limited(checked.weighted ? mean() : unweightedMean(), checked, false);
  return checkBoolean('debugMeasurements', options.debugMeasurements ?? false) ? addDebugMeasurements(inner) : inner;
}
