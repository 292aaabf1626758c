/** Numbers of true and false positives and negatives. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { indexAxis } from '../../graph/ops/array.js';
import type { Tree } from '../../tree.js';
import { pairOf } from '../losses/loss-function-wrapper.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { type ConfusionVariables, updateConfusion } from './confusion-matrix.js';
import { Metric, metricFields } from './metric.js';
import { thresholdList, thresholdsField } from './thresholds.js';

const fields = {
  /** Predictions above count as positive, in [0, 1]; several thresholds give a value each. 0.5 by default. */
  thresholds: thresholdsField,
  ...metricFields,
};
export type ConfusionCountOptions = OptionsOf<typeof fields>;

abstract class ConfusionCount extends Metric<typeof fields> {
  static readonly fields = fields;
  readonly #thresholds = thresholdList(this.options.thresholds);
  readonly #accumulator = this.addVariable('accumulator', [this.#thresholds.length], { dtype: 'float32' });

  protected abstract readonly counted: keyof ConfusionVariables;

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const pair = pairOf(this.className, yTrue, yPred);
    updateConfusion(ctx, { [this.counted]: this.#accumulator }, pair, { thresholds: this.#thresholds, sampleWeight });
  }

  override result(ctx: Context): Output {
    const counts = ctx.read(this.#accumulator);
    return this.#thresholds.length === 1 ? indexAxis(counts, 0, 0) : counts;
  }
}

/** Number of positive labels that are predicted so. */
export class TruePositives extends ConfusionCount {
  static readonly className = 'TruePositives';
  protected override readonly counted = 'truePositives';
}

/** Number of negative labels that are predicted to be positive. */
export class FalsePositives extends ConfusionCount {
  static readonly className = 'FalsePositives';
  protected override readonly counted = 'falsePositives';
}

/** Number of negative labels that are predicted so. */
export class TrueNegatives extends ConfusionCount {
  static readonly className = 'TrueNegatives';
  protected override readonly counted = 'trueNegatives';
}

/** Number of positive labels that are predicted to be negative. */
export class FalseNegatives extends ConfusionCount {
  static readonly className = 'FalseNegatives';
  protected override readonly counted = 'falseNegatives';
}

export const truePositives = factory<ConfusionCountOptions | undefined, TruePositives>(TruePositives);
export const falsePositives = factory<ConfusionCountOptions | undefined, FalsePositives>(FalsePositives);
export const trueNegatives = factory<ConfusionCountOptions | undefined, TrueNegatives>(TrueNegatives);
export const falseNegatives = factory<ConfusionCountOptions | undefined, FalseNegatives>(FalseNegatives);
