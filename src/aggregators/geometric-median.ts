/**
 * The geometric median: the point with the least sum of distances to the clients' values, which less than half of them cannot move far.
 *
 * Pillutla et al., "Robust aggregation for federated learning", IEEE Transactions on Signal Processing 70, 2022,
 * https://arxiv.org/abs/1912.13445: Weiszfeld's algorithm, smoothed. Unlike there, clients have no weights, which they could lie about.
 */
import type { Output } from '../graph/graph.js';
import { whileLoop } from '../graph/loop.js';
import { expandDims, squeeze } from '../graph/ops/array.js';
import { add, addN, cast, div, greater, less, logicalAnd, maximum, mul, reciprocal, sqrt, square, sub, where } from '../graph/ops/math.js';
import { matMul } from '../graph/ops/nn.js';
import { sum } from '../graph/ops/reduce.js';
import { checkInteger, checkNumber, checkOptions } from '../validate.js';
import { finiteRows, middle, onlyRows, RowRule, type Rows, sortedColumns } from './rows.js';

export interface GeometricMedianOptions {
  /** Steps at most, at least 1; 100 by default. */
  readonly maxIterations?: number;
  /** The steps end when one is shorter than this share of the mean distance to the values; 1e-6 by default. */
  readonly tolerance?: number;
  /** The least distance that counts, so that a value that is met exactly does not count without limit; 1e-6 by default. */
  readonly smoothing?: number;
}

/** Distances of the clients' rows from a point, in double precision: squares of large values overflow `float32`. */
const distancesTo = (rows: Rows, point: readonly Output[]): Output =>
  sqrt(addN(rows.map((x, i) => sum(square(cast(sub(x, expandDims(point[i] as Output, 0)), 'float64')), 1))));

const weightedMean = (rows: Rows, weights: Output): Output[] => {
  const shares = div(weights, sum(weights));
  return rows.map((x) => squeeze(matMul(expandDims(cast(shares, x.dtype), 0), x), [0]));
};

/**
 * The geometric median of the clients' values; clients with values that are not finite do not count. Memory grows with the number of clients.
 *
 * @throws TypeError, ValueError
 */
export function geometricMedian(options: GeometricMedianOptions = {}): RowRule {
  checkOptions('options of geometricMedian', options, ['maxIterations', 'tolerance', 'smoothing']);
  const maxIterations = checkInteger('maxIterations', options.maxIterations ?? 100, { min: 1 });
  const tolerance = checkNumber('tolerance', options.tolerance ?? 1e-6, { min: 0 });
  const smoothing = checkNumber('smoothing', options.smoothing ?? 1e-6, { min: 0, exclusive: true });
  return new RowRule('geometricMedian', 1, (all, count) => {
    const usable = finiteRows(all);
    const present = cast(usable, 'float64');
    const rows = onlyRows(all, usable);
    const { graph } = count;
    // From the mean the way would be long where some values are far away, and at a value itself the algorithm stands still: the start is the
    // mean of the values about the coordinate-wise median, those further away than half of them counting less.
    const median = all.map((x) => middle(sortedColumns(x), count));
    const far = where(usable, distancesTo(rows, median), Number.POSITIVE_INFINITY);
    const start = weightedMean(rows, reciprocal(maximum(far, maximum(middle(sortedColumns(expandDims(far, 1)), count), smoothing))));
    const step = (point: readonly Output[]): Output[] =>
      weightedMean(rows, mul(present, reciprocal(maximum(distancesTo(rows, point), smoothing))));
    const [, , ...found] = whileLoop(
      graph,
      [graph.constant(0, 'int32'), graph.constant(Number.POSITIVE_INFINITY, 'float64'), ...start],
      ([i, moved]) => logicalAnd(less(i as Output, maxIterations), greater(moved as Output, tolerance)),
      ([i, , ...point]) => {
        const next = step(point);
        const moved = sqrt(addN(next.map((x, k) => sum(square(cast(sub(x, point[k] as Output), 'float64'))))));
        const scale = div(sum(mul(present, distancesTo(rows, next))), maximum(sum(present), 1));
        return [add(i as Output, 1), div(moved, maximum(scale, smoothing)), ...next];
      },
    );
    return found;
  });
}
