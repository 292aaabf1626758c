/** Parts of given sizes (`SizePartitioner` of flwr-datasets). */
import { checkInteger, checkOptions, mustBe, mustHold } from '../../validate.js';

export interface SizeOptions {
  /** Number of examples. */
  readonly examples: number;
  /** Examples of each client, at least 1 each. */
  readonly partitionSizes: readonly number[];
}

/**
 * Consecutive parts in the order of the examples: shuffle them before where they have one. What the sizes leave is nobody's.
 *
 * @throws ValueError for no sizes, or a sum above `examples`
 */
export function size(options: SizeOptions): number[][] {
  checkOptions('options', options, ['examples', 'partitionSizes']);
  const { examples, partitionSizes } = options;
  checkInteger('examples', examples, { min: 1 });
  if (!Array.isArray(partitionSizes)) throw mustBe('partitionSizes', 'a list of sizes', partitionSizes);
  if (partitionSizes.length === 0) throw mustHold('partitionSizes', 'at least one size', partitionSizes);
  partitionSizes.forEach((length, c) => checkInteger(`partitionSizes[${c}]`, length, { min: 1 }));
  const sum = partitionSizes.reduce((a, b) => a + b, 0);
  if (sum > examples) throw mustHold('partitionSizes', `sizes whose sum is at most the ${examples} examples`, sum);
  let start = 0;
  return partitionSizes.map((length) => {
    start += length;
    return Array.from({ length }, (_, i) => start - length + i);
  });
}
