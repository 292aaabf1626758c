/** Strings as numbers, by a vocabulary. */

import { checkString } from '../../validate.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field, list, optional, string } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { IndexLookup, lookupFields } from './index-lookup.js';

const fields = {
  ...lookupFields,
  /** The string that counts for nothing: it gets number 0; none by default. */
  maskToken: optional(string()),
  /** What strings outside of the vocabulary are called; `[UNK]` by default. */
  oovToken: field<string, string>(checkString, (value) => value, '[UNK]'),
  /** The strings in the order of their numbers; with or without the special ones in front. */
  vocabulary: optional(list(string())),
};
export type StringLookupOptions = LayerOptionsOf<typeof fields>;

/** Strings of any shape to `int64`, or encoded over the vocabulary; inverted, whole numbers to strings. */
export class StringLookup extends IndexLookup<typeof fields> {
  static readonly className = 'StringLookup';
  static readonly fields = fields;
}

export const stringLookup = factory<StringLookupOptions | undefined, StringLookup>(StringLookup);
