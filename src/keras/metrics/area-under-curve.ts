/** Areas under curves of rates, from confusion counts at falling rates. */
import type { Output } from '../../graph/graph.js';
import { onesLike, sliceAxis } from '../../graph/ops/array.js';
import { add, div, divNoNan, equal, greater, log, logicalAnd, maximum, minimum, mul, sub, where } from '../../graph/ops/math.js';
import { mean, sum } from '../../graph/ops/reduce.js';

/** True positive over false positive rate, precision over recall, or their gains (Flach and Kull, NIPS 2015). */
export type Curve = 'ROC' | 'PR' | 'PRGAIN';
/** How the area between two thresholds is taken: in the middle, from above, or from below. */
export type SummationMethod = 'interpolation' | 'majoring' | 'minoring';

/** Counts at rising thresholds, `[thresholds]` or `[thresholds, labels]`. */
export interface Counts {
  readonly tp: Output;
  readonly fp: Output;
  readonly tn: Output;
  readonly fn: Output;
}

const withoutLast = (x: Output): Output => sliceAxis(x, 0, 0, -1);
const withoutFirst = (x: Output): Output => sliceAxis(x, 0, 1);
const share = (part: Output, rest: Output): Output => divNoNan(part, add(part, rest));

/** The area, or, of several labels, the mean of their areas weighted by `labelWeights`. */
export function areaUnderCurve(counts: Counts, curve: Curve, method: SummationMethod, labelWeights: Output | undefined): Output {
  const parts = curve === 'PR' && method === 'interpolation' ? interpolatedPrecision(counts) : riemannSum(counts, curve, method);
  if (parts.rank === 1) return sum(parts);
  const areas = sum(parts, 0);
  return labelWeights === undefined ? mean(areas) : divNoNan(sum(mul(areas, labelWeights)), sum(labelWeights));
}

function riemannSum(counts: Counts, curve: Curve, method: SummationMethod): Output {
  const [x, y] = axes(counts, curve);
  const [left, right] = [withoutLast(y), withoutFirst(y)];
  const heights = {
    interpolation: () => div(add(left, right), 2),
    minoring: () => minimum(left, right),
    majoring: () => maximum(left, right),
  };
  return mul(sub(withoutLast(x), withoutFirst(x)), heights[method]());
}

function axes({ tp, fp, tn, fn }: Counts, curve: Curve): readonly [Output, Output] {
  if (curve === 'ROC') return [share(fp, tn), share(tp, fn)];
  if (curve === 'PR') return [share(tp, fn), share(tp, fp)];
  const odds = divNoNan(add(tp, fn), add(tn, fp));
  const gain = (errors: Output): Output => sub(1, mul(odds, divNoNan(errors, tp)));
  const none = equal(tp, 0);
  return [maximum(where(none, 0, gain(fn)), 0), where(none, 1, gain(fp))];
}

/**
 * The precision between two thresholds, interpolated as the counts are, not as a line.
 *
 * Davis and Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006.
 */
function interpolatedPrecision({ tp, fp, fn }: Counts): Output {
  const positives = add(tp, fp);
  const [left, right] = [withoutLast(positives), withoutFirst(positives)];
  const gained = sub(withoutLast(tp), withoutFirst(tp));
  const slope = divNoNan(gained, maximum(sub(left, right), 0));
  const intercept = sub(withoutFirst(tp), mul(slope, right));
  const both = logicalAnd(greater(left, 0), greater(right, 0));
  const ratio = where(both, divNoNan(left, maximum(right, 0)), onesLike(right));
  const area = mul(slope, add(gained, mul(intercept, log(ratio))));
  return divNoNan(area, maximum(add(withoutFirst(tp), withoutFirst(fn)), 0));
}
