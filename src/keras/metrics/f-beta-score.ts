/** F scores: weighted harmonic means of precision and recall. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims } from '../../graph/ops/array.js';
import { abs, add, cast, div, greater, greaterEqual, logicalAnd, mul, sub } from '../../graph/ops/math.js';
import { max, mean, sum } from '../../graph/ops/reduce.js';
import type { Tree } from '../../tree.js';
import { EPSILON } from '../epsilon.js';
import { pairOf } from '../losses/loss-function-wrapper.js';
import { type Fields, number, type OptionsOf, oneOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { ColumnMetric } from './column-metric.js';
import { metricFields } from './metric.js';

const f1Fields = {
  /** How the classes' scores become one: `micro` counts all classes together, `macro` takes the mean, `weighted` the mean weighted by the classes' labels; `null`, the default, keeps one per class. */
  average: optional(oneOf(['micro', 'macro', 'weighted'], 'macro')),
  /** Predictions above it count, in (0, 1]; `null`, the default, means that the largest of each row does. */
  threshold: optional(number({ min: Number.MIN_VALUE, max: 1 })),
  ...metricFields,
};
const fields = {
  /** How much more recall counts than precision; positive, 1 by default. */
  beta: number({ min: 0, exclusive: true, default: 1 }),
  ...f1Fields,
};
export type F1ScoreOptions = OptionsOf<typeof f1Fields>;
export type FBetaScoreOptions = OptionsOf<typeof fields>;

interface Averaging {
  readonly average: 'micro' | 'macro' | 'weighted' | null;
  readonly threshold: number | null;
}

abstract class FScore<F extends Fields> extends ColumnMetric<F> {
  protected abstract readonly beta: number;

  protected override addColumnVariables(columns: number): void {
    const shape = this.#averaging.average === 'micro' ? [] : [columns];
    for (const name of ['true_positives', 'false_positives', 'false_negatives', 'intermediate_weights']) this.addVariable(name, shape);
  }

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const { average, threshold } = this.#averaging;
    const [t, p] = pairOf(this.className, yTrue, yPred).map((x) => cast(x, this.dtype)) as [Output, Output];
    const chosen = threshold === null ? logicalAnd(greaterEqual(p, max(p, -1, true)), greater(abs(p), 1e-9)) : greater(p, threshold);
    const positive = cast(chosen, this.dtype);
    const weights = sampleWeight === undefined ? undefined : expandDims(cast(sampleWeight, this.dtype), 1);
    const count = (name: string, values: Output): void => {
      const weighted = weights === undefined ? values : mul(values, weights);
      this.assignAdd(ctx, this.named(name), sum(weighted, average === 'micro' ? undefined : 0));
    };
    count('true_positives', mul(positive, t));
    count('false_positives', mul(positive, sub(1, t)));
    count('false_negatives', mul(sub(1, positive), t));
    count('intermediate_weights', t);
  }

  override result(ctx: Context): Output {
    const read = (name: string): Output => ctx.read(this.named(name));
    const { average } = this.#averaging;
    const hits = read('true_positives');
    const precision = div(hits, add(add(hits, read('false_positives')), EPSILON));
    const recall = div(hits, add(add(hits, read('false_negatives')), EPSILON));
    const squared = this.beta ** 2;
    const scores = mul(div(mul(precision, recall), add(add(mul(precision, squared), recall), EPSILON)), 1 + squared);
    if (average === null) return scores;
    if (average !== 'weighted') return mean(scores);
    const weights = read('intermediate_weights');
    return sum(mul(scores, div(weights, add(sum(weights), EPSILON))));
  }

  get #averaging(): Averaging {
    return this.options as unknown as Averaging;
  }
}

/** `(1 + beta²) · precision · recall / (beta² · precision + recall)`; labels are 0 or 1, labels and predictions `[batch, classes]`. */
export class FBetaScore extends FScore<typeof fields> {
  static readonly className = 'FBetaScore';
  static readonly fields = fields;

  override get name(): string {
    return this.options.name ?? 'fbeta_score';
  }

  protected override get beta(): number {
    return this.options.beta;
  }
}

/** `2 · precision · recall / (precision + recall)`; labels are 0 or 1, labels and predictions `[batch, classes]`. */
export class F1Score extends FScore<typeof f1Fields> {
  static readonly className = 'F1Score';
  static readonly fields = f1Fields;

  protected override get beta(): number {
    return 1;
  }
}

export const fBetaScore = factory<FBetaScoreOptions | undefined, FBetaScore>(FBetaScore);
export const f1Score = factory<F1ScoreOptions | undefined, F1Score>(F1Score);
