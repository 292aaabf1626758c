/** Metrics that are a mean of values per example. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { op } from '../../graph/ops/core.js';
import { cast, divNoNan } from '../../graph/ops/math.js';
import { mean as meanOver, sum } from '../../graph/ops/reduce.js';
import type { Variable } from '../../graph/variable.js';
import type { Tree } from '../../tree.js';
import { type LossValues, maskedValues } from '../losses/loss.js';
import { tensorOf } from '../losses/loss-function-wrapper.js';
import type { Fields } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Metric, type MetricOptions, metricFields } from './metric.js';
import { samplewise } from './samplewise.js';

/** The base of metrics that keep a total and a count: subclasses add values per example. */
export abstract class MeanMetric<F extends Fields = Fields> extends Metric<F> {
  readonly #total: Variable = this.addVariable('total');
  readonly #count: Variable = this.addVariable('count');

  override result(ctx: Context): Output {
    return divNoNan(ctx.read(this.#total), ctx.read(this.#count));
  }

  /** Adds values, one per example (what further axes hold is averaged first), weighted if weights are given. */
  protected addValues(ctx: Context, given: LossValues, sampleWeight?: Output): void {
    const { values: raw, mask } = maskedValues(given);
    const own = cast(raw, this.dtype);
    const { values, weights } = samplewise(mask === undefined ? own : { values: own, mask }, sampleWeight, meanOver);
    this.assignAdd(ctx, this.#total, sum(values));
    this.assignAdd(ctx, this.#count, weights === undefined ? cast(op('Size', [values]), this.dtype) : sum(weights));
  }
}

/** The mean of values that are given, not compared: `update` takes them as `yTrue`. */
export class Mean extends MeanMetric<typeof metricFields> {
  static readonly className = 'Mean';
  static readonly fields = metricFields;

  override update(ctx: Context, values: Tree<Output>, _yPred?: Tree<Output>, sampleWeight?: Output): void {
    this.addValues(ctx, tensorOf('Mean', 'values', values), sampleWeight);
  }
}

export const mean = factory<MetricOptions | undefined, Mean>(Mean);
