/** Intersection over union of predicted and labelled classes, for segmentation. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { broadcastTo, gather, reshape, shapeOf } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { add, cast, div, greater, greaterEqual, less, logicalAnd, mul, notEqual, sub, where } from '../../graph/ops/math.js';
import { argMax, sum } from '../../graph/ops/reduce.js';
import type { Tree } from '../../tree.js';
import { EPSILON } from '../epsilon.js';
import { tensorOf } from '../losses/loss-function-wrapper.js';
import { dtypeField } from '../serialization/dtype-field.js';
import { boolean, type Fields, integer, list, number, type OptionsOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Metric, metricFields } from './metric.js';

const common = {
  ...metricFields,
  /** The element type of the confusion matrix; `int64` by default, so that counts are exact. */
  dtype: dtypeField('int64'),
};
const classes = {
  /** Number of classes; labels and predictions outside of `[0, numClasses)` do not count. */
  numClasses: integer({ min: 1 }),
  /** A class whose examples do not count; none by default. */
  ignoreClass: optional(integer()),
};
const targets = {
  /** The classes whose mean is taken. */
  targetClassIds: list(integer({ min: 0 })),
};
const axis = {
  /** The axis of the classes where they are not numbers; the last, -1, by default. */
  axis: integer({ default: -1 }),
};
const sparseTrue = {
  /** Whether labels are class numbers (default), else a value per class. */
  sparseYTrue: boolean(true),
};
const sparsePred = (fallback: boolean) => ({
  /** Whether predictions are class numbers, else a value per class. */
  sparseYPred: boolean(fallback),
});

/** How a metric of this family reads labels and predictions. */
interface Reading {
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
  readonly ignoreClass: number | null;
  readonly sparseYTrue: boolean;
  readonly sparseYPred: boolean;
  readonly axis: number;
}

/** Metrics of the confusion matrix of classes: `matrix[label, prediction]`. */
export abstract class ConfusionMetric<F extends Fields> extends Metric<F> {
  readonly #reading: Reading = this.#complete();
  protected readonly matrix = this.addVariable('total_confusion_matrix', [this.#reading.numClasses, this.#reading.numClasses]);

  /** What the class fixes that is not an option of it. */
  protected fixed(): Partial<Reading> {
    return {};
  }

  /** Predictions as the family's base takes them. */
  protected prepare(yPred: Output): Output {
    return yPred;
  }

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const { numClasses, ignoreClass, sparseYTrue, sparseYPred, axis: classAxis } = this.#reading;
    const numbers = (x: Output, sparse: boolean): Output => reshape(cast(sparse ? x : argMax(x, classAxis), this.dtype), [-1]);
    const t = numbers(tensorOf(this.className, 'labels', yTrue), sparseYTrue);
    const p = numbers(this.prepare(tensorOf(this.className, 'predictions', yPred)), sparseYPred);
    const given = sampleWeight === undefined ? constantLike(t, 1, this.dtype) : cast(sampleWeight, this.dtype);
    const weights = broadcastTo(given.rank > 1 ? reshape(given, [-1]) : given, shapeOf(t));
    const within = (x: Output): Output => logicalAnd(greaterEqual(x, 0), less(x, numClasses));
    const both = logicalAnd(within(t), within(p));
    const counted = ignoreClass === null ? both : logicalAnd(both, notEqual(t, ignoreClass));
    const cell = cast(where(counted, add(mul(t, numClasses), p), -1), 'int64');
    const counts = op('UnsortedSegmentSum', [weights, cell, constantLike(t, numClasses * numClasses)]);
    this.assignAdd(ctx, this.matrix, reshape(counts, [numClasses, numClasses]));
  }

  /** The mean over the target classes. */
  protected intersectionOverUnion(ctx: Context): Output {
    const { numClasses, targetClassIds } = this.#reading;
    const matrix = ctx.read(this.matrix);
    const diagonal = gather(
      reshape(matrix, [-1]),
      constantLike(
        matrix,
        Array.from({ length: numClasses }, (_, i) => i * (numClasses + 1)),
      ),
    );
    const union = sub(add(sum(matrix, 0), sum(matrix, 1)), diagonal);
    const chosen = constantLike(matrix, targetClassIds);
    const [hits, all] = [cast(gather(diagonal, chosen), 'float32'), cast(gather(union, chosen), 'float32')];
    const valid = greater(all, 1e-9);
    const shares = where(valid, div(hits, add(all, EPSILON)), 0);
    return div(sum(shares), add(sum(cast(valid, 'float32')), EPSILON));
  }

  #complete(): Reading {
    const defaults = { ignoreClass: null, sparseYTrue: true, sparseYPred: true, axis: -1 };
    const given = { ...defaults, ...(this.options as Partial<Reading>), ...this.fixed() } as Reading;
    const ids = given.targetClassIds ?? Array.from({ length: given.numClasses }, (_, i) => i);
    const beyond = ids.find((id) => id >= given.numClasses);
    if (beyond !== undefined)
      throw new ValueError(
        `\`targetClassIds\` of ${this.className} must be below the number of classes, ${given.numClasses}, received ${beyond}`,
      );
    return { ...given, targetClassIds: ids };
  }
}

abstract class ConfusionIoU<F extends Fields> extends ConfusionMetric<F> {
  override result(ctx: Context): Output {
    return this.intersectionOverUnion(ctx);
  }
}

const iouFields = { ...classes, ...targets, ...sparseTrue, ...sparsePred(true), ...axis, ...common };
const meanIoUFields = { ...classes, ...sparseTrue, ...sparsePred(true), ...axis, ...common };
const oneHotIoUFields = { ...classes, ...targets, ...sparsePred(false), ...axis, ...common };
const oneHotMeanIoUFields = { ...classes, ...sparsePred(false), ...axis, ...common };
const binaryIoUFields = {
  /** The classes whose mean is taken; both, [0, 1], by default. */
  targetClassIds: list(integer({ min: 0, max: 1 }), [0, 1]),
  /** Predictions of at least that are class 1; 0.5 by default. */
  threshold: number({ default: 0.5 }),
  ...common,
};
export type IoUOptions = OptionsOf<typeof iouFields>;
export type MeanIoUOptions = OptionsOf<typeof meanIoUFields>;
export type OneHotIoUOptions = OptionsOf<typeof oneHotIoUFields>;
export type OneHotMeanIoUOptions = OptionsOf<typeof oneHotMeanIoUFields>;
export type BinaryIoUOptions = OptionsOf<typeof binaryIoUFields>;

/** `hits / (labelled + predicted - hits)`, the mean over the target classes that occur. */
export class IoU extends ConfusionIoU<typeof iouFields> {
  static readonly className = 'IoU';
  static readonly fields = iouFields;
}

/** {@link IoU} over all classes. */
export class MeanIoU extends ConfusionIoU<typeof meanIoUFields> {
  static readonly className = 'MeanIoU';
  static readonly fields = meanIoUFields;
}

/** {@link IoU} of one-hot labels. */
export class OneHotIoU extends ConfusionIoU<typeof oneHotIoUFields> {
  static readonly className = 'OneHotIoU';
  static readonly fields = oneHotIoUFields;

  protected override fixed(): Partial<Reading> {
    return { sparseYTrue: false };
  }
}

/** {@link MeanIoU} of one-hot labels. */
export class OneHotMeanIoU extends ConfusionIoU<typeof oneHotMeanIoUFields> {
  static readonly className = 'OneHotMeanIoU';
  static readonly fields = oneHotMeanIoUFields;

  protected override fixed(): Partial<Reading> {
    return { sparseYTrue: false };
  }
}

/** {@link IoU} of yes-or-no predictions. */
export class BinaryIoU extends ConfusionIoU<typeof binaryIoUFields> {
  static readonly className = 'BinaryIoU';
  static readonly fields = binaryIoUFields;

  protected override fixed(): Partial<Reading> {
    return { numClasses: 2 };
  }

  protected override prepare(yPred: Output): Output {
    return greaterEqual(cast(yPred, 'float32'), this.options.threshold);
  }
}

export const iou = factory<IoUOptions, IoU>(IoU);
export const meanIoU = factory<MeanIoUOptions, MeanIoU>(MeanIoU);
export const oneHotIoU = factory<OneHotIoUOptions, OneHotIoU>(OneHotIoU);
export const oneHotMeanIoU = factory<OneHotMeanIoUOptions, OneHotMeanIoU>(OneHotMeanIoU);
export const binaryIoU = factory<BinaryIoUOptions | undefined, BinaryIoU>(BinaryIoU);
