/** True and false positives and negatives at thresholds (`update_confusion_matrix_variables`, keras/src/metrics/metrics_utils.py). */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { broadcastTo, expandDims, reshape, shapeOf, sizeOfAxis, sizeOutput, sliceAxis, squeeze, transpose } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { add, cast, ceil, clip, greater, logicalAnd, logicalNot, maximum, mul, sub, topK, where } from '../../graph/ops/math.js';
import { cumsum, sum } from '../../graph/ops/reduce.js';
import type { Variable } from '../../graph/variable.js';
import { areEven } from './thresholds.js';

/** The sums to be kept, each of shape `[thresholds]`, or `[thresholds, labels]`. */
export interface ConfusionVariables {
  readonly truePositives?: Variable;
  readonly falsePositives?: Variable;
  readonly trueNegatives?: Variable;
  readonly falseNegatives?: Variable;
}

export interface ConfusionOptions {
  /** In rising order. */
  readonly thresholds: readonly number[];
  /** Only the `topK` largest predictions of a row can be positive; all by default. */
  readonly topK?: number | null;
  /** Only this class counts; all by default. */
  readonly classId?: number | null;
  /** Whether the columns are counted apart. */
  readonly multiLabel?: boolean;
  /** The weight of each column. */
  readonly labelWeights?: readonly number[] | null;
  readonly sampleWeight?: Output | undefined;
}

/** What an outside-of-the-top prediction becomes: below every threshold. */
export const BELOW_ALL = -1e10;

type Counts = Record<keyof ConfusionVariables, () => Output>;

/** Adds a batch of labels and predictions, two tensors of one rank, to the sums. */
export function updateConfusion(
  ctx: Context,
  variables: ConfusionVariables,
  [yTrue, yPred]: readonly [Output, Output],
  options: ConfusionOptions,
): void {
  const { sampleWeight, topK: k, classId } = options;
  let [t, p] = [cast(yTrue, 'float32'), cast(yPred, 'float32')];
  let weights = sampleWeight === undefined ? undefined : perValue(cast(sampleWeight, 'float32'), t);
  if (k !== undefined && k !== null) p = keepTop(p, k);
  if (classId !== undefined && classId !== null) {
    if (p.rank < 2) throw new ValueError(`\`classId\` needs predictions [batch, classes], received ${p}`);
    [t, p] = [sliceAxis(t, -1, classId, classId + 1), sliceAxis(p, -1, classId, classId + 1)];
  }
  if (weights !== undefined) weights = broadcastTo(weights, shapeOf(p));
  if (options.labelWeights !== undefined && options.labelWeights !== null && options.multiLabel !== true) {
    const columns = broadcastTo(p.graph.constant([...options.labelWeights], 'float32'), shapeOf(p));
    weights = weights === undefined ? columns : mul(weights, columns);
  }
  const positive = cast(t, 'bool');
  const counts = (areEven(options.thresholds) ? byInterval : byThreshold)(positive, p, weights, options);
  for (const [name, variable] of Object.entries(variables) as [keyof ConfusionVariables, Variable][])
    ctx.assign(variable, add(ctx.read(variable), counts[name]()));
}

/** Weights with as many axes as the labels. */
function perValue(weights: Output, labels: Output): Output {
  if (weights.rank === labels.rank - 1) return expandDims(weights, -1);
  return weights.rank === labels.rank + 1 && weights.shape?.at(-1) === 1 ? squeeze(weights, [weights.rank - 1]) : weights;
}

function keepTop(p: Output, k: number): Output {
  const classes = sizeOutput(p, sizeOfAxis(p, -1));
  const [one, zero] = [constantLike(p, 1, 'float32'), constantLike(p, 0, 'float32')];
  const top = sum(op('OneHot', [topK(p, k).indices, classes, one, zero], { axis: -1 }), -2);
  return add(mul(p, top), mul(sub(1, top), BELOW_ALL));
}

/**
 * Thresholds at equal distances: each prediction falls into one interval, and the positives at a threshold are those of the intervals above.
 */
function byInterval(positive: Output, p: Output, weights: Output | undefined, { thresholds, multiLabel }: ConfusionOptions): Counts {
  const count = thresholds.length;
  // With several labels the columns come first: each has its own intervals.
  const arrange = (x: Output): Output => (multiLabel === true ? transpose(x, [1, 0]) : reshape(x, [1, -1]));
  const labels = arrange(cast(positive, 'float32'));
  const w = weights === undefined ? undefined : arrange(weights);
  const truths = w === undefined ? labels : mul(labels, w);
  const falsehoods = w === undefined ? sub(1, labels) : mul(sub(1, labels), w);
  const above = sub(ceil(mul(clip(arrange(p), 0, 1), count - 1)), 1);
  // Where the first threshold is below 0, a prediction of 0 is above it; else it is below all, and its index of -1 is not counted.
  const interval = cast((thresholds[0] as number) < 0 ? maximum(above, 0) : above, 'int32');
  const rows = sizeOfAxis(labels, 0);
  const offset = reshape(mul(op('Range', [constantLike(p, 0), sizeOutput(p, rows), constantLike(p, 1)]), count), [-1, 1]);
  const ids = where(greater(interval, -1), add(interval, offset), -1);
  const total = op('Mul', [sizeOutput(p, rows), constantLike(p, count)]);
  const byThresholds = (x: Output): Output => (multiLabel === true ? transpose(x, [1, 0]) : reshape(x, [-1]));
  const positives = (values: Output): Output => {
    const perInterval = reshape(op('UnsortedSegmentSum', [values, ids, total]), [-1, count]);
    return byThresholds(cumsum(perInterval, 1, { reverse: true }));
  };
  const [hits, alarms] = [positives(truths), positives(falsehoods)];
  const all = (x: Output): Output => (multiLabel === true ? sum(x, 1) : sum(x));
  return {
    truePositives: () => hits,
    falsePositives: () => alarms,
    trueNegatives: () => sub(all(falsehoods), alarms),
    falseNegatives: () => sub(all(truths), hits),
  };
}

/** Any thresholds: every prediction is compared with each. */
function byThreshold(positive: Output, p: Output, weights: Output | undefined, { thresholds, multiLabel }: ConfusionOptions): Counts {
  const arrange = (x: Output): Output => (multiLabel === true ? expandDims(x, 0) : reshape(x, [1, -1]));
  const limits = p.graph.constant([...thresholds], 'float32', [thresholds.length, ...(multiLabel === true ? [1, 1] : [1])]);
  const above = greater(arrange(p), limits);
  const labels = arrange(positive);
  const w = weights === undefined ? undefined : arrange(weights);
  const count = (a: Output, b: Output): Output => {
    const both = logicalAnd(a, b);
    return sum(w === undefined ? cast(both, 'float32') : where(both, w, 0), 1);
  };
  return {
    truePositives: () => count(labels, above),
    falsePositives: () => count(logicalNot(labels), above),
    trueNegatives: () => count(logicalNot(labels), logicalNot(above)),
    falseNegatives: () => count(labels, logicalNot(above)),
  };
}
