/** TFF's recommended aggregators for model updates: robust to outliers, private, or secure (`tff.learning.robust_aggregator` and its siblings). */
import { checkBoolean, checkOptions } from '../validate.js';
import { addDebugMeasurements } from './add-debug-measurements.js';
import type { Aggregator } from './aggregator.js';
import { clipping } from './clipping.js';
import { dpGaussianAdaptive } from './dp-gaussian-adaptive.js';
import { mean } from './mean.js';
import { type QuantileEstimation, quantileEstimation } from './quantile-estimation.js';
import { type SecureSum, secureSum } from './secure-sum.js';
import { unweightedMean } from './unweighted-mean.js';
import { zeroing } from './zeroing.js';

export interface SecureOptions {
  /** Whether values far beyond the others are zeroed; `true` by default. */
  readonly zeroing?: boolean;
  /** Whether the largest fifth of values is clipped; `true` by default. */
  readonly clipping?: boolean;
  /** Whether clients count by their weights; `true` by default. */
  readonly weighted?: boolean;
}

export interface RobustOptions extends SecureOptions {
  /** Whether norms of clients' values and of the result are reported; `false` by default. */
  readonly debugMeasurements?: boolean;
}

export interface DpOptions {
  /** Ratio of the noise to what one client can change; see {@link dpGaussianAdaptive}. */
  readonly noiseMultiplier: number;
  /** The number of clients in a round. */
  readonly clientsPerRound: number;
  /** Whether values far beyond the others are zeroed first; `true` by default. The estimate of what is far is not private, as in TFF. */
  readonly zeroing?: boolean;
  /** Makes the noise repeatable, for tests; by default it cannot be foreseen. */
  readonly seed?: number;
}

/** Zeroes what is above `2 q + 1`, where `q` is at least as large as 98 % of the clients' largest elements; `q` moves fast at first. */
function zeroLarge(inner: Aggregator, secureEstimation: boolean): Aggregator {
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

const secureCount = (): SecureSum => secureSum({ upperBoundThreshold: 1, lowerBoundThreshold: 0 });

function flags(name: string, options: SecureOptions, others: readonly string[] = []): Required<SecureOptions> {
  checkOptions(`options of ${name}`, options, ['zeroing', 'clipping', 'weighted', ...others]);
  return {
    zeroing: checkBoolean('zeroing', options.zeroing ?? true),
    clipping: checkBoolean('clipping', options.clipping ?? true),
    weighted: checkBoolean('weighted', options.weighted ?? true),
  };
}

function limited(inner: Aggregator, options: Required<SecureOptions>, secureEstimation: boolean): Aggregator {
  const clipped = options.clipping ? clipLarge(inner, secureEstimation) : inner;
  return options.zeroing ? zeroLarge(clipped, secureEstimation) : clipped;
}

/** A mean with adaptive zeroing and clipping, by TFF's defaults. @throws TypeError */
export function robust(options: RobustOptions = {}): Aggregator {
  const checked = flags('robust', options, ['debugMeasurements']);
  const inner = limited(checked.weighted ? mean() : unweightedMean(), checked, false);
  return checkBoolean('debugMeasurements', options.debugMeasurements ?? false) ? addDebugMeasurements(inner) : inner;
}

/** {@link robust} with secure sums: of values in an estimated range of 32 bits, and of everything that is counted. @throws TypeError */
export function secure(options: SecureOptions = {}): Aggregator {
  const checked = flags('secure', options);
  const valueSum = secureSum({ upperBoundThreshold: secureBound() });
  const weightSum = secureSum({ upperBoundThreshold: 2 ** 20 - 1, lowerBoundThreshold: 0 });
  const inner = checked.weighted ? mean({ valueSum, weightSum }) : unweightedMean({ valueSum, countSum: secureCount() });
  return limited(inner, checked, true);
}

/** Twice what 95 % of the clients' elements stay below. */
const secureBound = (): QuantileEstimation =>
  quantileEstimation({ initialEstimate: 50, targetQuantile: 0.95, learningRate: 1, multiplier: 2, secureEstimation: true });

/** A differentially private mean with an adaptive clipping norm: {@link dpGaussianAdaptive}, after zeroing. @throws TypeError, ValueError */
export function dp(options: DpOptions): Aggregator {
  checkOptions('options of dp', options, ['noiseMultiplier', 'clientsPerRound', 'zeroing', 'seed']);
  const { zeroing: zeroes = true, ...mechanism } = options;
  const inner = dpGaussianAdaptive(mechanism);
  return checkBoolean('zeroing', zeroes) ? zeroLarge(inner, false) : inner;
}
