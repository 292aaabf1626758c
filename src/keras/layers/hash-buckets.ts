/** Hashing in the graph. */
import type { Output } from '../../graph/graph.js';
import { op } from '../../graph/ops/core.js';
import { checkInteger, mustHold } from '../../validate.js';
import { type Field, field } from '../serialization/fields.js';

/** A key of one or two whole numbers, or none. */
export const saltField: Field<number | readonly number[] | null, readonly [number, number] | null, false> = field<
  number | readonly number[] | null,
  readonly [number, number] | null
>(
  (name, value) => {
    if (value === null) return null;
    if (!Array.isArray(value)) return [checkInteger(name, value), checkInteger(name, value)];
    if (value.length !== 2) throw mustHold(name, 'a whole number or two', value);
    return [checkInteger(`${name}[0]`, value[0]), checkInteger(`${name}[1]`, value[1])];
  },
  (value) => value,
  null,
);

/** Buckets in `[0, count)` of strings or whole numbers, as `int64`: SipHash with a key, else FarmHash, of the decimal form. */
export function hashBuckets(values: Output, count: number, key: readonly [number, number] | null): Output {
  const strings = values.dtype === 'string' ? values : op('AsString', [values]);
  return key === null
    ? op('StringToHashBucketFast', [strings], { num_buckets: count })
    : op('StringToHashBucketStrong', [strings], { num_buckets: count, key });
}
