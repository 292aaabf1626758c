/** Root of the mean squared error. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { cast, sqrt, squaredDifference } from '../../graph/ops/math.js';
import type { Tree } from '../../tree.js';
import { pairOf } from '../losses/loss-function-wrapper.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetric } from './mean.js';
import { type MetricOptions, metricFields } from './metric.js';

/** `√mean((yTrue - yPred)²)`; the root is of the mean over all batches and clients. */
export class RootMeanSquaredError extends MeanMetric<typeof metricFields> {
  static readonly className = 'RootMeanSquaredError';
  static readonly fields = metricFields;

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const [t, p] = pairOf(this.className, yTrue, yPred);
    this.addValues(ctx, squaredDifference(cast(p, this.dtype), cast(t, this.dtype)), sampleWeight);
  }

  override result(ctx: Context): Output {
    return sqrt(super.result(ctx));
  }
}

export const rootMeanSquaredError = factory<MetricOptions | undefined, RootMeanSquaredError>(RootMeanSquaredError);
