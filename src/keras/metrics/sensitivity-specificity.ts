/** The best of one rate under a constraint on another, over thresholds. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, divNoNan, greaterEqual, where } from '../../graph/ops/math.js';
import { max } from '../../graph/ops/reduce.js';
import type { Variable } from '../../graph/variable.js';
import type { Tree } from '../../tree.js';
import { pairOf } from '../losses/loss-function-wrapper.js';
import { type Fields, integer, number, type OptionsOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { updateConfusion } from './confusion-matrix.js';
import { Metric, metricFields } from './metric.js';
import { evenThresholds } from './thresholds.js';

const commonFields = {
  /** Number of thresholds at equal distances from 0 to 1; at least 1, 200 by default. More are more exact and cost memory. */
  numThresholds: integer({ min: 1, default: 200 }),
  /** Only this class counts; all by default. */
  classId: optional(integer({ min: 0 })),
  ...metricFields,
};

/** Rates at each threshold, from the counts. */
type Rate = (counts: Counts) => Output;
interface Counts {
  readonly tp: Output;
  readonly fp: Output;
  readonly tn: Output;
  readonly fn: Output;
}
const share = (hits: Output, errors: Output): Output => divNoNan(hits, add(hits, errors));
const sensitivity: Rate = ({ tp, fn }) => share(tp, fn);
const specificity: Rate = ({ tn, fp }) => share(tn, fp);
const precision: Rate = ({ tp, fp }) => share(tp, fp);

abstract class BestUnderConstraint<F extends Fields> extends Metric<F> {
  readonly #thresholds = evenThresholds(this.#common.numThresholds);
  readonly #tp = this.#count('true_positives');
  readonly #fp = this.#count('false_positives');
  readonly #tn = this.#count('true_negatives');
  readonly #fn = this.#count('false_negatives');

  /** The rate that must be at least `limit`, and the one that is to be as large as possible. */
  protected abstract readonly rates: { readonly constrained: Rate; readonly best: Rate };
  protected abstract readonly limit: number;

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    updateConfusion(
      ctx,
      { truePositives: this.#tp, falsePositives: this.#fp, trueNegatives: this.#tn, falseNegatives: this.#fn },
      pairOf(this.className, yTrue, yPred),
      { thresholds: this.#thresholds, classId: this.#common.classId, sampleWeight },
    );
  }

  override result(ctx: Context): Output {
    const counts = { tp: ctx.read(this.#tp), fp: ctx.read(this.#fp), tn: ctx.read(this.#tn), fn: ctx.read(this.#fn) };
    const { constrained, best } = this.rates;
    return max(where(greaterEqual(constrained(counts), this.limit), best(counts), 0));
  }

  get #common(): { readonly numThresholds: number; readonly classId: number | null } {
    return this.options as unknown as { readonly numThresholds: number; readonly classId: number | null };
  }

  #count(name: string): Variable {
    return this.addVariable(name, [this.#thresholds.length], { dtype: 'float32' });
  }
}

const sensitivityAtSpecificityFields = {
  /** The specificity that is asked for, in [0, 1]. */
  specificity: number({ min: 0, max: 1 }),
  ...commonFields,
};
export type SensitivityAtSpecificityOptions = OptionsOf<typeof sensitivityAtSpecificityFields>;

/** The largest sensitivity at a threshold where specificity is at least that. */
export class SensitivityAtSpecificity extends BestUnderConstraint<typeof sensitivityAtSpecificityFields> {
  static readonly className = 'SensitivityAtSpecificity';
  static readonly fields = sensitivityAtSpecificityFields;
  protected override readonly rates = { constrained: specificity, best: sensitivity };
  protected override readonly limit = this.options.specificity;
}

export const sensitivityAtSpecificity = factory<SensitivityAtSpecificityOptions, SensitivityAtSpecificity>(SensitivityAtSpecificity);

const specificityAtSensitivityFields = {
  /** The sensitivity that is asked for, in [0, 1]. */
  sensitivity: number({ min: 0, max: 1 }),
  ...commonFields,
};
export type SpecificityAtSensitivityOptions = OptionsOf<typeof specificityAtSensitivityFields>;

/** The largest specificity at a threshold where sensitivity is at least that. */
export class SpecificityAtSensitivity extends BestUnderConstraint<typeof specificityAtSensitivityFields> {
  static readonly className = 'SpecificityAtSensitivity';
  static readonly fields = specificityAtSensitivityFields;
  protected override readonly rates = { constrained: sensitivity, best: specificity };
  protected override readonly limit = this.options.sensitivity;
}

export const specificityAtSensitivity = factory<SpecificityAtSensitivityOptions, SpecificityAtSensitivity>(SpecificityAtSensitivity);

const precisionAtRecallFields = {
  /** The recall that is asked for, in [0, 1]. */
  recall: number({ min: 0, max: 1 }),
  ...commonFields,
};
export type PrecisionAtRecallOptions = OptionsOf<typeof precisionAtRecallFields>;

/** The largest precision at a threshold where recall is at least that. */
export class PrecisionAtRecall extends BestUnderConstraint<typeof precisionAtRecallFields> {
  static readonly className = 'PrecisionAtRecall';
  static readonly fields = precisionAtRecallFields;
  protected override readonly rates = { constrained: sensitivity, best: precision };
  protected override readonly limit = this.options.recall;
}

export const precisionAtRecall = factory<PrecisionAtRecallOptions, PrecisionAtRecall>(PrecisionAtRecall);

const recallAtPrecisionFields = {
  /** The precision that is asked for, in [0, 1]. */
  precision: number({ min: 0, max: 1 }),
  ...commonFields,
};
export type RecallAtPrecisionOptions = OptionsOf<typeof recallAtPrecisionFields>;

/** The largest recall at a threshold where precision is at least that. */
export class RecallAtPrecision extends BestUnderConstraint<typeof recallAtPrecisionFields> {
  static readonly className = 'RecallAtPrecision';
  static readonly fields = recallAtPrecisionFields;
  protected override readonly rates = { constrained: precision, best: sensitivity };
  protected override readonly limit = this.options.precision;
}

export const recallAtPrecision = factory<RecallAtPrecisionOptions, RecallAtPrecision>(RecallAtPrecision);
