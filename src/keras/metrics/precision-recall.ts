/** Precision and recall. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { indexAxis } from '../../graph/ops/array.js';
import { add, divNoNan } from '../../graph/ops/math.js';
import type { Variable } from '../../graph/variable.js';
import type { Tree } from '../../tree.js';
import { pairOf } from '../losses/loss-function-wrapper.js';
import { integer, type OptionsOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { BELOW_ALL, updateConfusion } from './confusion-matrix.js';
import { Metric, metricFields } from './metric.js';
import { thresholdList, thresholdsField } from './thresholds.js';

const fields = {
  /** Predictions above count as positive, in [0, 1]; several thresholds give a value each. 0.5 by default, none where `topK` chooses. */
  thresholds: thresholdsField,
  /** Only the `topK` largest predictions of a row can be positive; all by default. */
  topK: optional(integer({ min: 1 })),
  /** Only this class counts; all by default. */
  classId: optional(integer({ min: 0 })),
  ...metricFields,
};
export type PrecisionRecallOptions = OptionsOf<typeof fields>;

/** True positives as a share of them and of the errors of one kind. */
abstract class HitShare extends Metric<typeof fields> {
  static readonly fields = fields;
  readonly #thresholds = thresholdList(this.options.thresholds, this.options.topK === null ? 0.5 : BELOW_ALL);
  readonly #hits = this.addVariable('true_positives', [this.#thresholds.length], { dtype: 'float32' });

  /** The errors, made after the true positives. */
  protected abstract readonly errors: Variable;
  protected abstract readonly kind: 'falsePositives' | 'falseNegatives';

  protected addErrors(name: string): Variable {
    return this.addVariable(name, [this.#thresholds.length], { dtype: 'float32' });
  }

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const { topK, classId } = this.options;
    const variables = { truePositives: this.#hits, [this.kind]: this.errors };
    updateConfusion(ctx, variables, pairOf(this.className, yTrue, yPred), { thresholds: this.#thresholds, topK, classId, sampleWeight });
  }

  override result(ctx: Context): Output {
    const hits = ctx.read(this.#hits);
    const shares = divNoNan(hits, add(hits, ctx.read(this.errors)));
    return this.#thresholds.length === 1 ? indexAxis(shares, 0, 0) : shares;
  }
}

/** Share of the predicted positives that are labelled so; 0 where nothing is predicted. */
export class Precision extends HitShare {
  static readonly className = 'Precision';
  protected override readonly kind = 'falsePositives';
  protected override readonly errors = this.addErrors('false_positives');
}

/** Share of the labelled positives that are predicted so; 0 where nothing is labelled. */
export class Recall extends HitShare {
  static readonly className = 'Recall';
  protected override readonly kind = 'falseNegatives';
  protected override readonly errors = this.addErrors('false_negatives');
}

export const precision = factory<PrecisionRecallOptions | undefined, Precision>(Precision);
export const recall = factory<PrecisionRecallOptions | undefined, Recall>(Recall);
