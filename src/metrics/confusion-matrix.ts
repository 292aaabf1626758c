/** How often each class is taken for each (`ConfusionMatrix`, fedjax/core/metrics.py). */
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { ConfusionMetric } from '../keras/metrics/iou.js';
import { metricFields } from '../keras/metrics/metric.js';
import { dtypeField } from '../keras/serialization/dtype-field.js';
import { boolean, integer, type OptionsOf, optional } from '../keras/serialization/fields.js';
import { factory } from '../keras/serialization/keras-object.js';

const fields = {
  /** Number of classes; labels and predictions outside of `[0, numClasses)` do not count. */
  numClasses: integer({ min: 1 }),
  /** A label whose examples do not count; none by default. */
  ignoreClass: optional(integer()),
  /** Whether predictions are class numbers, else a value per class (default), of which the largest is taken. */
  sparseYPred: boolean(false),
  ...metricFields,
  /** The element type of the counts; `int64` by default, so that they are exact. */
  dtype: dtypeField('int64'),
};
export type ConfusionMatrixOptions = OptionsOf<typeof fields>;

/** `[numClasses, numClasses]`: the number of examples (or their weights) by label, the row, and prediction, the column. Labels are class numbers. */
export class ConfusionMatrix extends ConfusionMetric<typeof fields> {
  static readonly className = 'ConfusionMatrix';
  static readonly fields = fields;

  override result(ctx: Context): Output {
    return ctx.read(this.matrix);
  }
}

export const confusionMatrix = factory<ConfusionMatrixOptions, ConfusionMatrix>(ConfusionMatrix);
