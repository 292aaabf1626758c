/** Losses: graph functions of labels and predictions, reduced to a scalar. */
import type { DType } from '../../dtype.js';
import type { Context } from '../../graph/context.js';
import { Output } from '../../graph/graph.js';
import { expandDims, shapeOf, squeeze } from '../../graph/ops/array.js';
import { cast, divNoNan, logicalAnd, mul } from '../../graph/ops/math.js';
import { meanOfLosses } from '../../graph/ops/own-cross-entropy.js';
import { prod, sum } from '../../graph/ops/reduce.js';
import { flatten, isStructure, mapTree, type Tree } from '../../tree.js';
import { checkOneOf } from '../../validate.js';
import { dtypeField } from '../serialization/dtype-field.js';
import { type Field, type Fields, field, type OptionsOf, optional, string } from '../serialization/fields.js';
import { KerasObject } from '../serialization/keras-object.js';
import { defaultName } from '../serialization/names.js';

/**
 * How the values of the examples become one: their mean over the batch, their sum, their mean weighted by the sample weights, or not at all.
 * `auto` is Keras 2's name of `sum_over_batch_size`.
 */
export type Reduction = 'sum_over_batch_size' | 'mean' | 'sum' | 'mean_with_sample_weight' | 'none';
const REDUCTIONS = ['sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight', 'none', 'auto'] as const;

const reductionField: Field<Reduction | 'auto' | null, Reduction, false> = field<Reduction | 'auto' | null, Reduction>(
  (name, value) => {
    const reduction = value === null ? 'none' : checkOneOf(name, value, REDUCTIONS);
    return reduction === 'auto' ? 'sum_over_batch_size' : reduction;
  },
  (reduction) => reduction,
  'sum_over_batch_size',
);

/** Options of every loss. */
export const lossFields = {
  /** How the values of the examples become one; `sum_over_batch_size`, their mean, by default. */
  reduction: reductionField,
  /** Made from the class by default. */
  name: optional(string()),
  /** What predictions and labels are cast to; `float32` by default. */
  dtype: dtypeField(),
};
export type LossOptions = OptionsOf<typeof lossFields>;

/** Values per example with a `bool` mask of those that count, where a loss leaves some out. */
export interface MaskedValues {
  readonly values: Output;
  readonly mask: Output;
}
/** What a loss gives before the reduction: values per example, all counting unless there is a mask. */
export type LossValues = Output | MaskedValues;

/** Values and mask of either form. */
export const maskedValues = (values: LossValues): { values: Output; mask: Output | undefined } =>
  values instanceof Output ? { values, mask: undefined } : values;

/**
 * The base of all losses: subclasses give a value per example (`call`).
 *
 * One loss sees the whole structures of labels and predictions, as in TFF. A loss of one tensor extends `LossFunctionWrapper`.
 */
export abstract class Loss<F extends Fields = Fields> extends KerasObject<F> {
  /** Config keys of Keras 2: the function that the class wraps. */
  static readonly ignoredKeys: readonly string[] = ['fn'];

  get name(): string {
    return (this.options as { readonly name?: string | null }).name ?? defaultName(this.className);
  }

  /** The element type that the loss computes in. */
  get dtype(): DType {
    return (this.options as { readonly dtype?: DType }).dtype ?? 'float32';
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), name: this.name };
  }

  /** The values per example, before the reduction. */
  protected abstract call(yTrue: Tree<Output>, yPred: Tree<Output>): LossValues;

  /** The loss of a batch, a scalar unless `reduction` is `none`. Predictions' masks weigh the values, as in Keras. */
  compute(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): Output {
    const predictions = mapTree(yPred, (p) => cast(p, this.dtype));
    const labels = mapTree(yTrue, (t) => (t.dtype === 'string' ? t : this.castLabels(t)));
    const { values, mask: own } = maskedValues(this.call(labels, predictions));
    const given = isStructure(yPred) ? undefined : ctx.mask(flatten(yPred)[0] as Output);
    const mask = own !== undefined && given !== undefined ? logicalAnd(given, own) : (own ?? given);
    return this.#reduce(cast(values, this.dtype), mask, sampleWeight);
  }

  /** Labels in the element type that the loss computes in; losses of class numbers keep integers. */
  protected castLabels(labels: Output): Output {
    return cast(labels, this.dtype);
  }

  #reduce(values: Output, mask: Output | undefined, sampleWeight: Output | undefined): Output {
    const reduction = (this.options as { readonly reduction?: Reduction }).reduction ?? 'sum_over_batch_size';
    let weights = sampleWeight === undefined ? undefined : cast(sampleWeight, values.dtype);
    if (mask !== undefined) weights = maskedWeights(mask, weights, values.dtype, reduction);
    const weighted = weights === undefined ? values : weigh(values, weights);
    if (reduction === 'none' || weighted.rank === 0) return weighted;
    if (reduction === 'sum') return sum(weighted);
    if (reduction === 'mean_with_sample_weight' && weights !== undefined) return divNoNan(sum(weighted), sum(weights));
    return meanOfLosses(weighted);
  }
}

/**
 * A mask as sample weights (`apply_mask`, keras/src/losses/loss.py); for a mean they are scaled so that it is over what is not masked.
 */
export function maskedWeights(mask: Output, sampleWeight: Output | undefined, dtype: DType, reduction: Reduction): Output {
  let m = cast(mask, dtype);
  if (reduction === 'mean' || reduction === 'sum_over_batch_size') {
    const total = cast(prod(shapeOf(m)), dtype);
    m = mul(m, divNoNan(total, sum(m)));
  }
  return sampleWeight === undefined ? m : weigh(m, cast(sampleWeight, dtype));
}

/** The product, with axes of size 1 added to or dropped from the end of either so that weights of whole examples weigh all their values. */
function weigh(values: Output, weights: Output): Output {
  let [v, w] = squeezeToSameRank(values, weights);
  while (w.rank > 0 && w.rank < v.rank) w = expandDims(w, -1);
  return mul(v, w);
}

/** Two tensors of the same rank: where they differ by a last axis of size 1 it is dropped, or added to a vector, as Keras does. */
export function squeezeToSameRank(a: Output, b: Output): [Output, Output] {
  if (a.rank === b.rank + 1 && a.shape?.at(-1) === 1) return b.rank === 1 ? [a, expandDims(b, -1)] : [squeeze(a, [a.rank - 1]), b];
  if (b.rank === a.rank + 1 && b.shape?.at(-1) === 1) return a.rank === 1 ? [expandDims(a, -1), b] : [a, squeeze(b, [b.rank - 1])];
  return [a, b];
}
