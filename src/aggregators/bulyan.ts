/**
 * Bulyan: values chosen by Krum one after another, and of each coordinate the mean of those nearest to the median. A single coordinate
 * cannot be moved far, which high dimensions allow with Krum alone.
 *
 * El Mhamdi et al., "The hidden vulnerability of distributed learning in Byzantium", ICML 2018, https://arxiv.org/abs/1802.07927.
 */
import type { Output } from '../graph/graph.js';
import { whileLoop } from '../graph/loop.js';
import { expandDims, fill, gather, range } from '../graph/ops/array.js';
import { abs, add, cast, equal, less, logicalAnd, logicalNot, maximum, neg, sub, topK, where } from '../graph/ops/math.js';
import { argMin, mean } from '../graph/ops/reduce.js';
import { checkInteger, checkOptions } from '../validate.js';
import { type KrumOptions, krumScores } from './krum.js';
import { middle, RowRule, sortedColumns, squaredDistances } from './rows.js';

/** The clients that Krum picks one after another, each among those left: `int32[selected]`. */
function pickRepeatedly(distances: Output, count: Output, selected: Output, malicious: number): Output {
  const { graph } = count;
  const everyone = range(count, 0, count);
  const [, left] = whileLoop(
    graph,
    [graph.constant(0, 'int32'), fill(expandDims(count, 0), graph.constant(true, 'bool'))],
    ([i]) => less(i as Output, selected),
    ([i, alive]) => {
      const present = logicalAnd(expandDims(alive as Output, 0), expandDims(alive as Output, 1));
      // At least the nearest neighbour counts, however few are left.
      const remaining = maximum(sub(count, i as Output), malicious + 3);
      const among = where(present, distances, Number.POSITIVE_INFINITY);
      const scores = where(alive as Output, krumScores(among, remaining, malicious), Number.POSITIVE_INFINITY);
      const best = cast(argMin(scores, 0), 'int32');
      return [add(i as Output, 1), logicalAnd(alive as Output, logicalNot(equal(everyone, best)))];
    },
  ) as [Output, Output];
  return topK(cast(logicalNot(left), 'int32'), selected).indices;
}

/** The mean of the `kept` values of each column that are nearest to its median. */
function meanAroundMedian(x: Output, count: Output, kept: Output): Output {
  const sorted = sortedColumns(x);
  const distances = abs(sub(sorted, expandDims(middle(sorted, count), 1)));
  const nearest = topK(neg(distances), kept).indices;
  return mean(gather(sorted, nearest, 1, 1), 1);
}

/**
 * Bulyan over Krum; with `f` malicious clients at least `4 f + 3` must take part. Memory grows with the number of clients.
 *
 * @throws TypeError, ValueError
 */
export function bulyan(options: KrumOptions = {}): RowRule {
  checkOptions('options of bulyan', options, ['numMaliciousNodes']);
  const malicious = checkInteger('numMaliciousNodes', options.numMaliciousNodes ?? 0, { min: 0 });
  return new RowRule('bulyan', 4 * malicious + 3, (rows, count) => {
    const selected = sub(count, 2 * malicious);
    const picked = pickRepeatedly(squaredDistances(rows), count, selected, malicious);
    return rows.map((x) => meanAroundMedian(gather(x, picked), selected, sub(selected, 2 * malicious)));
  });
}
