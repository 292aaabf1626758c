/**
 * Krum and Multi-Krum: the values that are closest to their neighbours.
 *
 * Blanchard et al., "Machine learning with adversaries: Byzantine tolerant gradient descent", NIPS 2017, https://arxiv.org/abs/1703.02757.
 */
import type { Output } from '../graph/graph.js';
import { neg, sub, topK } from '../graph/ops/math.js';
import { checkInteger, checkOptions } from '../validate.js';
import { meanOf, RowRule, smallestSum, squaredDistances } from './rows.js';

export interface KrumOptions {
  /** The largest number of malicious clients in a round that is withstood; 0 by default, as in Flower. */
  readonly numMaliciousNodes?: number;
}

export interface MultiKrumOptions extends KrumOptions {
  /** How many values the result is the mean of, at least 1 (default, as in Flower: Krum itself). */
  readonly numNodesToSelect?: number;
}

/** Each client's score: the sum of squared distances to its `clients - malicious - 2` nearest others. */
export function krumScores(distances: Output, count: Output, malicious: number): Output {
  // The distance to itself is 0 and among them.
  return smallestSum(distances, sub(count, malicious + 1));
}

function rule(name: string, malicious: number, selected: number): RowRule {
  return new RowRule(name, 2 * malicious + 2 + selected, (rows, count) => {
    const scores = krumScores(squaredDistances(rows), count, malicious);
    return meanOf(rows, topK(neg(scores), selected).indices);
  });
}

const checkMalicious = (options: KrumOptions): number => checkInteger('numMaliciousNodes', options.numMaliciousNodes ?? 0, { min: 0 });

/**
 * The value of one client, which has the least distance to its neighbours; with `f` malicious clients at least `2 f + 3` must take part.
 * Memory grows with the number of clients.
 *
 * @throws TypeError, ValueError
 */
export function krum(options: KrumOptions = {}): RowRule {
  checkOptions('options of krum', options, ['numMaliciousNodes']);
  return rule('krum', checkMalicious(options), 1);
}

/**
 * The mean of the values of the `m` clients that have the least distance to their neighbours; with `f` malicious clients at least
 * `2 f + m + 2` must take part. Memory grows with the number of clients. Unlike Flower's, the mean has no weights.
 *
 * @throws TypeError, ValueError
 */
export function multiKrum(options: MultiKrumOptions = {}): RowRule {
  checkOptions('options of multiKrum', options, ['numMaliciousNodes', 'numNodesToSelect']);
  return rule('multiKrum', checkMalicious(options), checkInteger('numNodesToSelect', options.numNodesToSelect ?? 1, { min: 1 }));
}
