/** Ranges for the secure sums of a model's metrics (`tff.learning.metrics.create_default_secure_sum_quantization_ranges`). */
import { quantileEstimation } from '../aggregators/quantile-estimation.js';
import { isFloating } from '../dtype.js';
import { ValueError } from '../errors.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { checkBoolean, checkNumber, checkOptions } from '../validate.js';
import { checkNumbers } from './metrics-aggregator.js';
import type { MetricValueRange, MetricValueRanges } from './secure-sum-then-finalize.js';

export interface SecureSumRangesOptions {
  /** The least value of a client's variable; 0 by default, and rounded up for whole numbers. */
  readonly lowerBound?: number;
  /** The largest value; `2^20 - 1` by default, and rounded down for whole numbers. */
  readonly upperBound?: number;
  /**
   * Whether floating-point variables are bounded, on both sides, by twice the estimated 95 % quantile of the clients' largest absolute
   * values instead, which begins with 100 and is found by secure sums; `true` by default, as in TFF.
   */
  readonly useAutoTunedBoundsForFloatValues?: boolean;
}

/**
 * Default ranges for `secureSumThenFinalize({ metricValueRanges })`: by the names of the model's metrics, one for each variable. The estimate
 * is one for all variables that have it.
 *
 * @throws TypeError for something that is no model, or a metric whose variables are no numbers; ValueError for an upper bound that is not
 *   above the lower, or bounds between which there are not two whole numbers where a metric counts in them
 */
export function createDefaultSecureSumQuantizationRanges(
  model: AnyFederatedModel,
  options: SecureSumRangesOptions = {},
): MetricValueRanges {
  checkOptions('options', options, ['lowerBound', 'upperBound', 'useAutoTunedBoundsForFloatValues']);
  const lowerBound = checkNumber('lowerBound', options.lowerBound ?? 0);
  const upperBound = checkNumber('upperBound', options.upperBound ?? 2 ** 20 - 1);
  const isTuned = checkBoolean('useAutoTunedBoundsForFloatValues', options.useAutoTunedBoundsForFloatValues ?? true);
  if (upperBound <= lowerBound)
    throw new ValueError(`\`upperBound\` must be above \`lowerBound\`, received ${upperBound} and ${lowerBound}`);
  const { metrics } = checkModel(model).definition;
  checkNumbers(metrics);
  const [least, largest] = [Math.ceil(lowerBound), Math.floor(upperBound)];
  const tuned = [
    null,
    quantileEstimation({ initialEstimate: 50, targetQuantile: 0.95, learningRate: 1, multiplier: 2, secureEstimation: true }),
  ] as const;
  const rangeOf = (name: string, isFloat: boolean): MetricValueRange => {
    if (isFloat) return isTuned ? tuned : [lowerBound, upperBound];
    if (largest - least < 1)
      throw new ValueError(
        `\`lowerBound\` and \`upperBound\` must have at least two whole numbers between them, in which the metric \`${name}\` counts, received ${lowerBound} and ${upperBound}`,
      );
    return [least, largest];
  };
  return Object.fromEntries(metrics.map(({ name, variables }) => [name, variables.map((v) => rangeOf(name, isFloating(v.dtype)))]));
}
