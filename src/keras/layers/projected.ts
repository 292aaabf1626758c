/** What dense layers have in common. */
import type { Output } from '../../graph/graph.js';
import { reshape, sizesOf } from '../../graph/ops/array.js';
import { biasAdd, matMul } from '../../graph/ops/nn.js';

/** The product of sizes that are known. */
const product = (sizes: readonly (number | null)[]): number => sizes.reduce<number>((all, size) => all * (size as number), 1);

/**
 * `x · kernel + bias`: the last axes of `x` are those that `kernel` has first, of known sizes; its others, and all of `bias`, take their place.
 *
 * @param axes How many axes are summed over.
 */
export function projected(x: Output, kernel: Output, bias: Output | undefined, axes = 1): Output {
  const sizes = kernel.shape as readonly number[];
  const [summed, given] = [product(sizes.slice(0, axes)), sizes.slice(axes)];
  const units = product(given);
  const rows = x.rank === 2 && axes === 1 ? x : reshape(x, [-1, summed]);
  const y = matMul(rows, sizes.length === 2 ? kernel : reshape(kernel, [summed, units]));
  const biased = bias === undefined ? y : biasAdd(y, given.length === 1 ? bias : reshape(bias, [units]));
  if (x.rank === axes + 1 && given.length === 1) return biased;
  const outer = (x.shape as readonly (number | null)[]).slice(0, -axes);
  const isKnown = outer.filter((size) => size === null).length <= 1;
  return reshape(biased, [...(isKnown ? outer.map((size) => size ?? -1) : sizesOf(x).slice(0, -axes)), ...given]);
}
