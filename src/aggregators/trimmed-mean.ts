/**
 * The mean of each coordinate without its largest and smallest values.
 *
 * Yin et al., "Byzantine-robust distributed learning: towards optimal statistical rates", ICML 2018, https://arxiv.org/abs/1803.01498.
 */

import { ValueError } from '../errors.js';
import { slice } from '../graph/ops/array.js';
import { cast, floor, mul, sub } from '../graph/ops/math.js';
import { mean } from '../graph/ops/reduce.js';
import { checkNumber, checkOptions } from '../validate.js';
import { RowRule, sortedColumns } from './rows.js';

export interface TrimmedMeanOptions {
  /** The share of clients cut off at each end, in [0, 0.5), rounded down to a number of clients; 0.2 by default, as in Flower. */
  readonly beta?: number;
}

/** The coordinate-wise trimmed mean of the clients' values. Memory grows with the number of clients. @throws TypeError, ValueError */
export function trimmedMean(options: TrimmedMeanOptions = {}): RowRule {
  checkOptions('options of trimmedMean', options, ['beta']);
  const beta = checkNumber('beta', options.beta ?? 0.2, { min: 0, max: 0.5 });
  if (beta === 0.5) throw new ValueError('`beta` must be below 0.5, which would leave nobody, received 0.5');
  return new RowRule('trimmedMean', 1, (rows, count) => {
    const cut = cast(floor(mul(cast(count, 'float64'), beta)), 'int32');
    const kept = sub(count, mul(cut, 2));
    return rows.map((x) => {
      const sorted = sortedColumns(x);
      return mean(slice(sorted, [0, cut], [-1, kept]), 1);
    });
  });
}
