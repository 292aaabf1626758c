/** Metrics that are a mean of values per example. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { broadcastTo, expandDims, shapeOf, squeeze } from '../../graph/ops/array.js';
import { add, cast, divNoNan, mul } from '../../graph/ops/math.js';
import { prod, sum } from '../../graph/ops/reduce.js';
import type { Variable } from '../../graph/variable.js';
import { flatten, type Tree } from '../../tree.js';
import type { Fields, OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Metric, metricFields } from './metric.js';

/** The base of metrics that keep a total and a count: subclasses give a value per example. */
export abstract class MeanMetric<F extends Fields = Fields> extends Metric<F> {
  readonly #total: Variable = this.addVariable('total');
  readonly #count: Variable = this.addVariable('count');

  /** The values whose mean is taken. */
  protected abstract values(ctx: Context, yTrue: Output, yPred: Output): Output;

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    this.addValues(ctx, this.values(ctx, yTrue as Output, yPred as Output), sampleWeight);
  }

  override result(ctx: Context): Output {
    return divNoNan(ctx.read(this.#total), ctx.read(this.#count));
  }

  /** Adds values, weighted if weights are given. */
  protected addValues(ctx: Context, given: Output, sampleWeight?: Output): void {
    const values = cast(given, this.dtype);
    const add_ = (variable: Variable, amount: Output): void => ctx.assign(variable, add(ctx.read(variable), amount));
    if (sampleWeight === undefined) {
      add_(this.#total, sum(values));
      add_(this.#count, values.rank === 0 ? values.graph.constant(1, this.dtype) : cast(prod(shapeOf(values)), this.dtype));
      return;
    }
    let weights = cast(sampleWeight, this.dtype);
    while (weights.rank < values.rank) weights = expandDims(weights, -1);
    while (weights.rank > values.rank && weights.shape?.at(-1) === 1) weights = squeeze(weights, [weights.rank - 1]);
    const full = values.rank === 0 ? weights : broadcastTo(weights, shapeOf(values));
    add_(this.#total, sum(mul(values, full)));
    add_(this.#count, sum(full));
  }
}

const fields = { ...metricFields };

/** The mean of values that are given, not compared: `update` takes them as `yTrue`. */
export class Mean extends MeanMetric<typeof fields> {
  static readonly className = 'Mean';
  static readonly fields = fields;

  protected override values(_ctx: Context, yTrue: Output): Output {
    return flatten(yTrue)[0] as Output;
  }
}

export const mean = factory<OptionsOf<typeof fields> | undefined, Mean>(Mean);
