/** The sum of values. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { cast } from '../../graph/ops/math.js';
import { sum as sumOver } from '../../graph/ops/reduce.js';
import type { Variable } from '../../graph/variable.js';
import type { Tree } from '../../tree.js';
import { tensorOf } from '../losses/loss-function-wrapper.js';
import { factory } from '../serialization/keras-object.js';
import { Metric, type MetricOptions, metricFields } from './metric.js';
import { samplewise } from './samplewise.js';

/** The weighted sum of values that are given, not compared: `update` takes them as `yTrue`. */
export class Sum extends Metric<typeof metricFields> {
  static readonly className = 'Sum';
  static readonly fields = metricFields;
  readonly #total: Variable = this.addVariable('total');

  override update(ctx: Context, values: Tree<Output>, _yPred?: Tree<Output>, sampleWeight?: Output): void {
    const given = cast(tensorOf('Sum', 'values', values), this.dtype);
    this.assignAdd(ctx, this.#total, sumOver(samplewise(given, sampleWeight, sumOver).values));
  }

  override result(ctx: Context): Output {
    return ctx.read(this.#total);
  }
}

export const sum = factory<MetricOptions | undefined, Sum>(Sum);
