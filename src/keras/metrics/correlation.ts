/** Correlations of labels and predictions along an axis. */
import type { Output } from '../../graph/graph.js';
import { add, div, mul, sqrt, square, squaredDifference, sub } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import { EPSILON } from '../epsilon.js';
import { axisField } from '../losses/cross-entropy-fields.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { metricFields } from './metric.js';

const fields = { ...axisField, ...metricFields };
export type CorrelationOptions = OptionsOf<typeof fields>;

const centred = (x: Output, axis: number): Output => sub(x, mean(x, axis, true));
const variance = (x: Output, axis: number): Output => mean(square(centred(x, axis)), axis, true);
const standardised = (x: Output, axis: number): Output => div(centred(x, axis), sqrt(variance(x, axis)));

/** The mean over examples of Pearson's correlation along `axis`: 1 where predictions are a rising line of the labels, not a number where either is constant. */
export class PearsonCorrelation extends MeanMetricWrapper<typeof fields> {
  static readonly className = 'PearsonCorrelation';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    const { axis } = this.options;
    return mean(mul(standardised(yTrue, axis), standardised(yPred, axis)), axis);
  }
}

/**
 * The mean over examples of the concordance correlation along `axis`: 1 only where predictions equal labels, as Keras computes it.
 *
 * Lin, "A concordance correlation coefficient to evaluate reproducibility", Biometrics 45(1), 1989.
 */
export class ConcordanceCorrelation extends MeanMetricWrapper<typeof fields> {
  static readonly className = 'ConcordanceCorrelation';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    const { axis } = this.options;
    const [meanTrue, meanPred] = [mean(yTrue, axis, true), mean(yPred, axis, true)];
    const covariance = mul(sub(yTrue, meanPred), sub(yPred, meanPred));
    const spread = add(add(variance(yTrue, axis), variance(yPred, axis)), squaredDifference(meanTrue, meanPred));
    return mean(div(mul(covariance, 2), add(spread, EPSILON)), axis);
  }
}

export const pearsonCorrelation = factory<CorrelationOptions | undefined, PearsonCorrelation>(PearsonCorrelation);
export const concordanceCorrelation = factory<CorrelationOptions | undefined, ConcordanceCorrelation>(ConcordanceCorrelation);
