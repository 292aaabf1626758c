/** Area under the ROC or the precision-recall curve. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { sigmoid } from '../../graph/ops/math.js';
import type { TensorSpec } from '../../tensor-spec.js';
import type { Tree } from '../../tree.js';
import { checkOneOf, checkString } from '../../validate.js';
import { EPSILON } from '../epsilon.js';
import { pairOf } from '../losses/loss-function-wrapper.js';
import { boolean, type Field, field, integer, list, number, type OptionsOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { areaUnderCurve, type Curve, type SummationMethod } from './area-under-curve.js';
import { ColumnMetric } from './column-metric.js';
import { updateConfusion } from './confusion-matrix.js';
import { metricFields } from './metric.js';
import { evenThresholds } from './thresholds.js';

/** A name in any case: Keras takes `ROC` and `roc`. */
const anyCase = <T extends string>(
  allowed: readonly T[],
  write: (name: string) => string,
  fallback: T,
): Field<T | Lowercase<T>, T, false> =>
  field<T | Lowercase<T>, T>(
    (name, value) => checkOneOf(name, write(checkString(name, value)), allowed),
    (value) => value,
    fallback,
  );

const fields = {
  /** Number of thresholds, at least 2, 200 by default: more are more exact and cost memory. */
  numThresholds: integer({ min: 2, default: 200 }),
  /** `ROC` (default), `PR`, precision over recall, or `PRGAIN`, their gains. */
  curve: anyCase<Curve>(['ROC', 'PR', 'PRGAIN'], (name) => name.toUpperCase(), 'ROC'),
  /** How areas between thresholds are added up: `interpolation` (default), `majoring`, from above, or `minoring`, from below. */
  summationMethod: anyCase<SummationMethod>(['interpolation', 'majoring', 'minoring'], (name) => name.toLowerCase(), 'interpolation'),
  /** Thresholds in [0, 1] of one's own instead of `numThresholds` even ones; -EPSILON and 1 + EPSILON are added. */
  thresholds: optional(list(number({ min: 0, max: 1 }))),
  /** Whether each column is a label with an area of its own, of which the mean is taken; `false` by default: all values are one label's. */
  multiLabel: boolean(false),
  /** With `multiLabel` the number of columns; by default that of the predictions. */
  numLabels: optional(integer({ min: 1 })),
  /** The weight of each column; even by default. */
  labelWeights: optional(list(number({ min: 0 }))),
  /** Whether predictions are logits; `false` by default, which means probabilities. */
  fromLogits: boolean(false),
  ...metricFields,
};
export type AUCOptions = OptionsOf<typeof fields>;

/** Labels are 0 or 1, predictions probabilities of the same shape; 1 is perfect, for `ROC` 0.5 is chance. */
export class AUC extends ColumnMetric<typeof fields> {
  static readonly className = 'AUC';
  static readonly fields = fields;
  readonly #thresholds = allThresholds(this.options.thresholds, this.options.numThresholds);

  constructor(options: AUCOptions = {}) {
    super(options);
    const { multiLabel, numLabels } = this.options;
    if (!multiLabel && numLabels !== null) throw new ValueError('`numLabels` of AUC is needed only where `multiLabel` is true');
    if (!multiLabel) this.#addCounts([this.#thresholds.length]);
    else if (numLabels !== null) this.buildFor(numLabels);
  }

  override getConfig(): Record<string, unknown> {
    const { thresholds, ...config } = super.getConfig();
    return thresholds === null ? config : { ...config, thresholds, num_thresholds: this.#thresholds.length };
  }

  override build(yTrue: Tree<TensorSpec>, yPred: Tree<TensorSpec>): void {
    if (this.options.multiLabel) super.build(yTrue, yPred);
  }

  protected override addColumnVariables(columns: number): void {
    const { labelWeights } = this.options;
    if (labelWeights !== null && labelWeights.length !== columns)
      throw new ValueError(`\`labelWeights\` of AUC must be ${columns} numbers, one per label, received ${labelWeights.length}`);
    this.#addCounts([this.#thresholds.length, columns]);
  }

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const { fromLogits, multiLabel, labelWeights } = this.options;
    const [t, p] = pairOf(this.className, yTrue, yPred);
    const variables = {
      truePositives: this.named('true_positives'),
      falsePositives: this.named('false_positives'),
      trueNegatives: this.named('true_negatives'),
      falseNegatives: this.named('false_negatives'),
    };
    const options = { thresholds: this.#thresholds, multiLabel, labelWeights, sampleWeight };
    updateConfusion(ctx, variables, [t, fromLogits ? sigmoid(p) : p], options);
  }

  override result(ctx: Context): Output {
    const { curve, summationMethod, labelWeights } = this.options;
    const [tp, fp, tn, fn] = this.variables.map((v) => ctx.read(v)) as [Output, Output, Output, Output];
    const weights = labelWeights === null ? undefined : tp.graph.constant([...labelWeights], 'float32');
    return areaUnderCurve({ tp, fp, tn, fn }, curve, summationMethod, weights);
  }

  #addCounts(shape: readonly number[]): void {
    for (const name of ['true_positives', 'false_positives', 'true_negatives', 'false_negatives'])
      this.addVariable(name, shape, { dtype: 'float32' });
  }
}

/** Rising thresholds, the first just below 0 and the last just above 1, so that every prediction lies between. */
function allThresholds(own: readonly number[] | null, count: number): readonly number[] {
  const inner = own === null ? evenThresholds(count).slice(1, -1) : [...own].sort((a, b) => a - b);
  return [-EPSILON, ...inner, 1 + EPSILON];
}

export const auc = factory<AUCOptions | undefined, AUC>(AUC);
