/** Coefficient of determination. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { broadcastTo, expandDims, shapeOf } from '../../graph/ops/array.js';
import { op } from '../../graph/ops/core.js';
import { cast, div, less, mul, squaredDifference, sub, where } from '../../graph/ops/math.js';
import { mean, sum } from '../../graph/ops/reduce.js';
import type { Tree } from '../../tree.js';
import { pairOf } from '../losses/loss-function-wrapper.js';
import { integer, type OptionsOf, oneOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { ColumnMetric } from './column-metric.js';
import { metricFields } from './metric.js';

const fields = {
  /** How the columns' scores become one: their mean (default), their mean weighted by variance, or, with `null`, not. */
  classAggregation: {
    ...optional(oneOf(['uniform_average', 'variance_weighted_average'], 'uniform_average')),
    fallback: 'uniform_average' as const,
  },
  /** Number of predictors that the score is adjusted for; 0, the default, means no adjustment. */
  numRegressors: integer({ min: 0, default: 0 }),
  ...metricFields,
};
export type R2ScoreOptions = OptionsOf<typeof fields>;

/** `1 - Σ(yTrue - yPred)² / Σ(yTrue - mean)²` per column of labels and predictions `[batch, columns]`: 1 is perfect, 0 as good as the mean. */
export class R2Score extends ColumnMetric<typeof fields> {
  static readonly className = 'R2Score';
  static readonly fields = fields;
  readonly #samples = this.addVariable('num_samples', [], { dtype: 'float32' });

  protected override addColumnVariables(columns: number): void {
    for (const name of ['squared_sum', 'sum', 'residual', 'count']) this.addVariable(name, [columns], { dtype: 'float32' });
  }

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const [t, p] = pairOf(this.className, yTrue, yPred).map((x) => cast(x, 'float32')) as [Output, Output];
    const given = sampleWeight === undefined ? t.graph.constant(1, 'float32') : cast(sampleWeight, 'float32');
    const weights = broadcastTo(given.rank === 1 ? expandDims(given, 1) : given, shapeOf(t));
    const weighted = mul(t, weights);
    const add = (name: string, values: Output): void => this.assignAdd(ctx, this.named(name), sum(values, 0));
    add('sum', weighted);
    add('squared_sum', mul(t, weighted));
    add('residual', mul(squaredDifference(t, p), weights));
    add('count', weights);
    this.assignAdd(ctx, this.#samples, cast(op('Size', [t]), 'float32'));
  }

  override result(ctx: Context): Output {
    const read = (name: string): Output => ctx.read(this.named(name));
    const { classAggregation, numRegressors } = this.options;
    const total = sub(read('squared_sum'), mul(read('sum'), div(read('sum'), read('count'))));
    const raw = sub(1, div(read('residual'), total));
    const scores = where(op('IsInf', [raw]), 0, raw);
    const score =
      classAggregation === 'uniform_average' ? mean(scores) : classAggregation === null ? scores : div(sum(mul(total, scores)), sum(total));
    return numRegressors === 0 ? score : adjusted(score, ctx.read(this.#samples), numRegressors);
  }
}

/** The score adjusted for the number of predictors, or as it is where there are too few samples for that. */
function adjusted(score: Output, samples: Output, regressors: number): Output {
  const value = sub(1, div(mul(sub(1, score), sub(samples, 1)), sub(samples, regressors + 1)));
  return where(less(samples.graph.constant(regressors + 1, 'float32'), samples), value, score);
}

export const r2Score = factory<R2ScoreOptions | undefined, R2Score>(R2Score);
