/** How layers that map values to whole numbers give them back: as they are, or encoded over all possible numbers. */
import type { DType } from '../../dtype.js';
import { ValueError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, oneHot, squeeze } from '../../graph/ops/array.js';
import { cast, mul } from '../../graph/ops/math.js';
import { max, sum } from '../../graph/ops/reduce.js';
import { checkOneOf, mustHold } from '../../validate.js';
import { type Field, field } from '../serialization/fields.js';

export type OutputMode = 'int' | 'one_hot' | 'multi_hot' | 'count' | 'tf_idf';

const OLD_NAMES: Readonly<Record<string, OutputMode>> = { binary: 'multi_hot', 'tf-idf': 'tf_idf' };

/** One of the given modes, or the name that Keras once had for it. */
export const outputModeField = <T extends OutputMode>(modes: readonly T[], fallback: NoInfer<T>): Field<T, T, false> =>
  field<T, T>(
    (name, value) => checkOneOf(name, OLD_NAMES[value as string] ?? value, modes),
    (value) => value,
    fallback,
  );

/** The options with Keras's `dtype` where none is given: numbers are `int64`, vectors have the default policy's type. */
export const indexOptions = <O extends { readonly outputMode?: string | undefined; readonly dtype?: unknown }>(options: O): O =>
  (options?.outputMode ?? 'int') === 'int' ? { ...options, dtype: options?.dtype ?? 'int64' } : options;

/** Keras's `sparse`, which may only be `false`: outputs are dense. */
export const denseField: Field<boolean, boolean, false> = field<boolean, boolean>(
  (name, value) => {
    if (value !== false) throw mustHold(name, 'false, as outputs are dense', value);
    return value;
  },
  (value) => value,
  false,
);

/**
 * Whole numbers in `[0, depth)`, encoded; other numbers encode to zeros.
 *
 * `one_hot`: `[batch, …]` to `[batch, …, depth]`, where a last axis of size 1 goes. `multi_hot` and `count`: `[batch, n]` to
 * `[batch, depth]`, which numbers are in a row, or how often (or the sum of their `weights`).
 *
 * @throws ValueError for an input of other axes.
 */
export function encode(
  name: string,
  indices: Output,
  mode: Exclude<OutputMode, 'int'>,
  depth: number,
  dtype: DType,
  weights?: Output,
): Output {
  if (mode === 'one_hot') {
    const last = indices.shape?.at(-1);
    return oneHot(indices.rank > 1 && last === 1 ? squeeze(indices, [indices.rank - 1]) : indices, depth, dtype);
  }
  if (indices.rank !== 2)
    throw new ValueError(`layer \`${name}\` needs an input [batch, values] for the mode ${mode}, received ${indices}`);
  const ones = oneHot(indices, depth, dtype);
  if (mode === 'multi_hot') return max(ones, 1);
  return sum(weights === undefined ? ones : mul(ones, expandDims(cast(weights, dtype), -1)), 1);
}
