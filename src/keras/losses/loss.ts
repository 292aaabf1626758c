/** Losses: graph functions of labels and predictions, reduced to a scalar. */
import type { DType } from '../../dtype.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, shapeOf, squeeze } from '../../graph/ops/array.js';
import { cast, divNoNan, mul } from '../../graph/ops/math.js';
import { mean, prod, sum } from '../../graph/ops/reduce.js';
import { flatten, isStructure, mapTree, type Tree } from '../../tree.js';
import { policyField } from '../engine/dtype-policy.js';
import { type Fields, type OptionsOf, oneOf, optional, string } from '../serialization/fields.js';
import { KerasObject } from '../serialization/keras-object.js';
import { defaultName } from '../serialization/names.js';

/** Options of every loss. */
export const lossFields = {
  /** How the values of the examples become one: their mean (`sum_over_batch_size`, the default), their sum, or not at all. */
  reduction: oneOf(['sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight', 'none', 'auto'], 'sum_over_batch_size'),
  /** Made from the class by default. */
  name: optional(string()),
  dtype: policyField,
};
export type LossOptions = OptionsOf<typeof lossFields>;

/**
 * The base of all losses: subclasses give a value per example (`call`).
 *
 * One loss sees the whole structures of labels and predictions, as in TFF: a loss for several outputs overrides `call` for structures.
 */
export abstract class Loss<F extends Fields = Fields> extends KerasObject<F> {
  /** Keras's config of the options of every loss. */
  get name(): string {
    return (this.options as { readonly name?: string | null }).name ?? defaultName(this.className);
  }

  /** The values per example, before the reduction. */
  protected abstract call(yTrue: Output, yPred: Output): Output;

  /** The loss of a batch, a scalar unless `reduction` is `none`. Predictions' masks weigh the values, as in Keras. */
  compute(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): Output {
    const compute = ((this.options as { readonly dtype?: { readonly compute: DType } }).dtype?.compute ?? 'float32') as DType;
    const predictions = mapTree(yPred, (p) => cast(p, compute));
    const labels = mapTree(yTrue, (t) => (t.dtype === 'string' ? t : this.castLabels(t, compute)));
    const values = this.call(labels as Output, predictions as Output);
    const first = flatten(yPred)[0] as Output;
    return this.#reduce(values, isStructure(yPred) ? undefined : ctx.mask(first), sampleWeight);
  }

  /** Labels in the element type that the loss computes in; losses of class numbers keep integers. */
  protected castLabels(labels: Output, dtype: DType): Output {
    return cast(labels, dtype);
  }

  #reduce(values: Output, mask: Output | undefined, sampleWeight: Output | undefined): Output {
    const { reduction } = this.options as { readonly reduction?: string };
    let weights = sampleWeight === undefined ? undefined : cast(sampleWeight, values.dtype);
    if (mask !== undefined) weights = maskedWeights(mask, weights, values, reduction ?? 'sum_over_batch_size');
    const weighted = weights === undefined ? values : mul(values, alignRank(weights, values));
    if (reduction === 'none') return weighted;
    if (reduction === 'sum') return sum(weighted);
    if (reduction === 'mean_with_sample_weight' && weights !== undefined) return divNoNan(sum(weighted), sum(weights));
    return values.rank === 0 ? weighted : mean(weighted);
  }
}

/**
 * A mask as sample weights, scaled so that the mean is over what is not masked (`apply_mask`, keras/src/losses/loss.py).
 */
function maskedWeights(mask: Output, sampleWeight: Output | undefined, values: Output, reduction: string): Output {
  let m = cast(mask, values.dtype);
  if (reduction === 'mean' || reduction === 'sum_over_batch_size' || reduction === 'auto') {
    const total = cast(prod(shapeOf(m)), values.dtype);
    m = mul(m, divNoNan(total, sum(m)));
  }
  return sampleWeight === undefined ? m : mul(alignRank(sampleWeight, m), m);
}

/** Weights with as many axes as the values: axes of size 1 are added or dropped at the end. */
function alignRank(weights: Output, values: Output): Output {
  let w = weights;
  while (w.rank < values.rank) w = expandDims(w, -1);
  while (w.rank > values.rank && w.shape?.at(-1) === 1) w = squeeze(w, [w.rank - 1]);
  return w;
}

/** Labels and predictions of the same rank: a last axis of size 1 is dropped where the other has none, as Keras does. */
export function squeezeToSameRank(yTrue: Output, yPred: Output): [Output, Output] {
  if (yTrue.rank === yPred.rank) return [yTrue, yPred];
  if (yTrue.rank === yPred.rank + 1 && yTrue.shape?.at(-1) === 1) {
    return yTrue.rank === 2 && yPred.rank === 1 ? [yTrue, expandDims(yPred, -1)] : [squeeze(yTrue, [yTrue.rank - 1]), yPred];
  }
  if (yPred.rank === yTrue.rank + 1 && yPred.shape?.at(-1) === 1) {
    return yTrue.rank === 1 && yPred.rank === 2 ? [expandDims(yTrue, -1), yPred] : [yTrue, squeeze(yPred, [yPred.rank - 1])];
  }
  return [yTrue, yPred];
}
