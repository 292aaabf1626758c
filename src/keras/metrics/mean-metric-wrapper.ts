/** Metrics that are the mean of a function of labels and predictions. */
import type { Context } from '../../graph/context.js';
import { Output } from '../../graph/graph.js';
import { cast } from '../../graph/ops/math.js';
import type { Tree } from '../../tree.js';
import { type LossValues, maskedWeights } from '../losses/loss.js';
import { pairOf } from '../losses/loss-function-wrapper.js';
import type { Fields } from '../serialization/fields.js';
import { MeanMetric } from './mean.js';

/** The base of metrics that are the mean of a function of one tensor of labels and one of predictions: subclasses give `fn`. */
export abstract class MeanMetricWrapper<F extends Fields = Fields> extends MeanMetric<F> {
  /** The values per example of labels and predictions, whose ranks agree but for a class axis. */
  protected abstract fn(yTrue: Output, yPred: Output): LossValues;

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const [t, p] = pairOf(this.className, yTrue, yPred);
    this.addValues(ctx, this.fn(this.castLabels(t, p), p), weightsOf(this, ctx, yPred, sampleWeight));
  }

  /** Labels in the predictions' element type; metrics of class numbers keep integers. */
  protected castLabels(yTrue: Output, yPred: Output): Output {
    return cast(yTrue, yPred.dtype);
  }
}

/** The sample weights, where the predictions have a mask together with it. */
export function weightsOf(
  metric: Pick<MeanMetric, 'dtype'>,
  ctx: Context,
  yPred: Tree<Output>,
  sampleWeight: Output | undefined,
): Output | undefined {
  const mask = yPred instanceof Output ? ctx.mask(yPred) : undefined;
  return mask === undefined ? sampleWeight : maskedWeights(mask, sampleWeight, metric.dtype, 'sum');
}
