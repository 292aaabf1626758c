/** Metrics that are the mean of a loss which has no options. */
import type { Output } from '../../graph/graph.js';
import { categoricalHingeValues } from '../losses/categorical-hinge.js';
import { hingeValues } from '../losses/hinge.js';
import { klDivergenceValues } from '../losses/kl-divergence.js';
import { logCoshValues } from '../losses/log-cosh.js';
import { meanAbsoluteErrorValues } from '../losses/mean-absolute-error.js';
import { meanAbsolutePercentageErrorValues } from '../losses/mean-absolute-percentage-error.js';
import { meanSquaredErrorValues } from '../losses/mean-squared-error.js';
import { meanSquaredLogarithmicErrorValues } from '../losses/mean-squared-logarithmic-error.js';
import { poissonValues } from '../losses/poisson.js';
import { squaredHingeValues } from '../losses/squared-hinge.js';
import { factory } from '../serialization/keras-object.js';
import type { SerializableClass } from '../serialization/registry.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { type Metric, type MetricOptions, metricFields } from './metric.js';

/** The metric of a loss's values; `name` only where Keras does not make it from the class. */
function meanOfLoss(
  className: string,
  values: (yTrue: Output, yPred: Output) => Output,
  aliases: readonly string[] = [],
  name?: string,
): SerializableClass<Metric> {
  return class extends MeanMetricWrapper<typeof metricFields> {
    static readonly className = className;
    static readonly fields = metricFields;
    static readonly aliases = aliases;

    override get name(): string {
      return this.options.name ?? name ?? super.name;
    }

    protected override fn(yTrue: Output, yPred: Output): Output {
      return values(yTrue, yPred);
    }
  };
}

export const MeanSquaredError = meanOfLoss('MeanSquaredError', meanSquaredErrorValues, ['mse']);
export const MeanAbsoluteError = meanOfLoss('MeanAbsoluteError', meanAbsoluteErrorValues, ['mae']);
export const MeanAbsolutePercentageError = meanOfLoss('MeanAbsolutePercentageError', meanAbsolutePercentageErrorValues, ['mape']);
export const MeanSquaredLogarithmicError = meanOfLoss('MeanSquaredLogarithmicError', meanSquaredLogarithmicErrorValues, ['msle']);
export const LogCoshError = meanOfLoss('LogCoshError', logCoshValues, ['log_cosh'], 'logcosh');
export const Hinge = meanOfLoss('Hinge', hingeValues);
export const SquaredHinge = meanOfLoss('SquaredHinge', squaredHingeValues);
export const CategoricalHinge = meanOfLoss('CategoricalHinge', categoricalHingeValues);
export const KLDivergence = meanOfLoss('KLDivergence', klDivergenceValues, ['kld', 'kullback_leibler_divergence']);
export const Poisson = meanOfLoss('Poisson', poissonValues);

const metric = (cls: SerializableClass<Metric>): ((options?: MetricOptions) => Metric) => factory<MetricOptions | undefined, Metric>(cls);

/** The mean of `(yTrue - yPred)²`. */
export const meanSquaredError = metric(MeanSquaredError);
/** The mean of `|yTrue - yPred|`. */
export const meanAbsoluteError = metric(MeanAbsoluteError);
/** The mean of `|yTrue - yPred| / |yTrue|` in percent. */
export const meanAbsolutePercentageError = metric(MeanAbsolutePercentageError);
/** The mean of `(log(yTrue + 1) - log(yPred + 1))²`. */
export const meanSquaredLogarithmicError = metric(MeanSquaredLogarithmicError);
/** The mean of `log(cosh(yPred - yTrue))`. */
export const logCoshError = metric(LogCoshError);
/** The mean of the hinge loss; labels are -1 or 1, or 0 or 1. */
export const hinge = metric(Hinge);
/** The mean of the squared hinge loss; labels are -1 or 1, or 0 or 1. */
export const squaredHinge = metric(SquaredHinge);
/** The mean of the hinge loss of several classes; labels are one-hot. */
export const categoricalHinge = metric(CategoricalHinge);
/** The mean Kullback-Leibler divergence of two distributions. */
export const klDivergence = metric(KLDivergence);
/** The mean of `yPred - yTrue · log(yPred)`. */
export const poisson = metric(Poisson);
