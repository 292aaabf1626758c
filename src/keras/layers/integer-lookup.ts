/** Whole numbers as other whole numbers, by a vocabulary. */
import type { LayerOptionsOf } from '../engine/layer.js';
import { integer, list, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { IndexLookup, lookupFields } from './index-lookup.js';

const fields = {
  ...lookupFields,
  /** The value that counts for nothing: it gets number 0; none by default. */
  maskToken: optional(integer()),
  /** What values outside of the vocabulary become when numbers are mapped back; -1 by default. */
  oovToken: integer({ default: -1 }),
  /** The values in the order of their numbers; with or without the special ones in front. */
  vocabulary: optional(list(integer())),
};
export type IntegerLookupOptions = LayerOptionsOf<typeof fields>;

/** Whole numbers of any shape to `int64`, or encoded over the vocabulary; inverted, numbers to the vocabulary's values. */
export class IntegerLookup extends IndexLookup<typeof fields> {
  static readonly className = 'IntegerLookup';
  static readonly fields = fields;
}

export const integerLookup = factory<IntegerLookupOptions | undefined, IntegerLookup>(IntegerLookup);
