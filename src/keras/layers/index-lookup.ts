/** The base of layers that map a vocabulary to whole numbers, or back. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { gather, pad, reshape, shapeOf, zerosLike } from '../../graph/ops/array.js';
import { op } from '../../graph/ops/core.js';
import {
  add,
  cast,
  equal,
  floorMod,
  greaterEqual,
  less,
  logicalAnd,
  maximum,
  minimum,
  mul,
  neg,
  sub,
  topK,
  where,
} from '../../graph/ops/math.js';
import { tensor } from '../../tensor.js';
import { Layer } from '../engine/layer.js';
import { boolean, type Fields, integer, list, number, oneOf, optional } from '../serialization/fields.js';
import { hashBuckets, saltField } from './hash-buckets.js';
import { denseField, encode, type OutputMode, outputModeField } from './output-mode.js';

/** The options of lookups, besides those that are of the vocabulary's type. */
export const lookupFields = {
  /** The most entries that the vocabulary may have, with those for other values; no limit by default. */
  maxTokens: optional(integer({ min: 2 })),
  /** How many numbers stand for values that are not in the vocabulary, up to a million; 1 by default. With 0 they give -1. */
  numOovIndices: integer({ min: 0, max: 1e6, default: 1 }),
  /** The weight of each entry in the mode `tf_idf`. */
  idfWeights: optional(list(number())),
  /** Whether numbers are mapped to entries; `false` by default. */
  invert: boolean(false),
  /** `int` (default): the number of the entry; or encoded as by `categoryEncoding`; `tf_idf`: counts times `idfWeights`. */
  outputMode: outputModeField<OutputMode>(['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'], 'int'),
  /** Whether encoded outputs have `maxTokens` places, whatever the vocabulary's size; `false` by default. */
  padToMaxTokens: boolean(false),
  /** How values that are not in the vocabulary share several numbers: by the rest of a division (default) or by a hash; strings always by a hash. */
  oovMethod: oneOf(['floormod', 'farmhash'], 'floormod'),
  /** A key for that hash. */
  salt: saltField,
  sparse: denseField,
};

type Token = string | number;

interface LookupValues {
  readonly maxTokens: number | null;
  readonly numOovIndices: number;
  readonly maskToken: Token | null;
  readonly oovToken: Token;
  readonly vocabulary: readonly Token[] | null;
  readonly idfWeights: readonly number[] | null;
  readonly invert: boolean;
  readonly outputMode: OutputMode;
  readonly padToMaxTokens: boolean;
  readonly oovMethod: 'floormod' | 'farmhash';
  readonly salt: readonly [number, number] | null;
}

// Hashes are told apart by their order: as many buckets as an int64 attribute holds.
const BUCKETS = 2n ** 62n;

/** Subclasses have `maskToken`, `oovToken` and `vocabulary` of their type. */
export abstract class IndexLookup<F extends Fields = Fields> extends Layer<F> {
  static readonly ignoredKeys = ['vocabulary_dtype', 'vocabulary_size', 'has_input_vocabulary', 'encoding'];
  /** The entries without those for other values. */
  #tokens: readonly Token[] = [];
  #idf: readonly number[] | null = null;

  protected override build(): void {
    const o = this.#values;
    const fail: (problem: string) => never = (problem) => {
      throw new ValueError(`layer \`${this.name}\` ${problem}`);
    };
    if (o.invert && o.outputMode !== 'int') fail(`must have the outputMode int to \`invert\`, received ${o.outputMode}`);
    if (o.padToMaxTokens && o.maxTokens === null) fail('needs `maxTokens` for `padToMaxTokens`');
    if ((o.outputMode === 'tf_idf') !== (o.idfWeights !== null)) fail('must have `idfWeights` in the mode tf_idf, and in no other');
    const { vocabulary } = o;
    if (vocabulary === null || vocabulary.length === 0)
      fail('has no `vocabulary`: give it as an option (Keras keeps one that was adapted outside of the config)');
    const special = [
      ...Array.from({ length: this.#oovStart }, () => o.maskToken),
      ...Array.from({ length: o.numOovIndices }, () => o.oovToken),
    ];
    const included = special.every((token, i) => vocabulary[i] === token);
    this.#tokens = included ? vocabulary.slice(special.length) : vocabulary;
    const seen = new Set<Token>();
    for (const token of this.#tokens) {
      if (seen.has(token)) fail(`must have each entry of \`vocabulary\` once, received ${JSON.stringify(token)} twice`);
      if (token === o.maskToken || (o.invert && token === o.oovToken))
        fail(`must have its special entries first in \`vocabulary\`, or not at all, received ${JSON.stringify(token)} later`);
      seen.add(token);
    }
    if (o.maxTokens !== null && this.#size > o.maxTokens) fail(`may have ${o.maxTokens} entries by \`maxTokens\`, received ${this.#size}`);
    if (o.idfWeights === null) return;
    if (o.idfWeights.length !== vocabulary.length)
      fail(`must have one of \`idfWeights\` for each of the ${vocabulary.length} entries, received ${o.idfWeights.length}`);
    const mean = o.idfWeights.reduce((a, b) => a + b, 0) / o.idfWeights.length;
    const idf = [...(included ? [] : special.map(() => mean)), ...o.idfWeights];
    this.#idf = idf;
  }

  protected override call(_ctx: Context, x: Output): Output {
    const { outputMode, invert } = this.#values;
    if (invert) return this.#entries(cast(x, 'int64'));
    const isText = typeof this.#tokens[0] === 'string';
    if (isText !== (x.dtype === 'string'))
      throw new ValueError(`layer \`${this.name}\` needs an input of ${isText ? 'strings' : 'whole numbers'}, received ${x}`);
    const indices = this.#indices(isText ? x : cast(x, 'int64'));
    if (outputMode === 'int') return indices;
    const encoded = encode(this.name, indices, outputMode === 'tf_idf' ? 'count' : outputMode, this.#depth, this.policy.compute);
    if (this.#idf === null) return encoded;
    const idf = x.graph.constant(this.#idf, this.policy.compute, [this.#idf.length]);
    return mul(encoded, pad(idf, [[0, this.#depth - this.#idf.length]]));
  }

  get #values(): LookupValues {
    return this.options as unknown as LookupValues;
  }

  /** The mask takes 0 where numbers are given back as they are. */
  get #oovStart(): number {
    return this.#values.maskToken !== null && this.#values.outputMode === 'int' ? 1 : 0;
  }

  get #tokenStart(): number {
    return this.#oovStart + this.#values.numOovIndices;
  }

  get #size(): number {
    return this.#tokenStart + this.#tokens.length;
  }

  get #depth(): number {
    return this.#values.padToMaxTokens ? (this.#values.maxTokens as number) : this.#size;
  }

  #indices(x: Output): Output {
    const { numOovIndices, maskToken, oovMethod, salt, outputMode } = this.#values;
    const { graph } = x;
    const long = (value: number): Output => graph.constant(BigInt(value), 'int64');
    const { position, found } = this.#find(x);
    const other = (): Output => {
      if (numOovIndices < 2) return long(numOovIndices === 0 ? -1 : this.#oovStart);
      const bucket =
        x.dtype === 'string' || oovMethod === 'farmhash' ? hashBuckets(x, numOovIndices, salt) : floorMod(x, long(numOovIndices));
      return add(bucket, long(this.#oovStart));
    };
    const indices = where(found, add(position, long(this.#tokenStart)), other());
    if (maskToken === null) return indices;
    // Masked values have the number 0, and no place in an encoding.
    return where(equal(x, this.#constant(x, maskToken)), long(outputMode === 'int' ? 0 : -1), indices);
  }

  /** Where values are in the vocabulary, and whether they are: by a search in sorted numbers, which for strings are their hashes. */
  #find(x: Output): { position: Output; found: Output } {
    const { graph } = x;
    const vocabulary = this.#vocabulary(x);
    const keyOf = (values: Output): Output =>
      values.dtype === 'string' ? op('StringToHashBucketFast', [values], { num_buckets: BUCKETS }) : values;
    const { values, indices: order } = topK(neg(keyOf(vocabulary)), this.#tokens.length);
    const row = graph.constant([1, -1], 'int32', [2]);
    const place = op('LowerBound', [op('Reshape', [neg(values), row]), op('Reshape', [keyOf(x), row])]);
    const near = gather(order, minimum(reshape(place, shapeOf(x)), graph.constant(this.#tokens.length - 1, 'int32')));
    return { position: cast(near, 'int64'), found: equal(gather(vocabulary, near), x) };
  }

  #vocabulary(x: Output): Output {
    const tokens = this.#tokens;
    return x.graph.constant(
      typeof tokens[0] === 'string'
        ? tensor(tokens as string[], [tokens.length])
        : tensor(BigInt64Array.from(tokens as number[], BigInt), [tokens.length]),
    );
  }

  #constant(x: Output, token: Token): Output {
    return x.graph.constant(typeof token === 'string' ? token : BigInt(token), typeof token === 'string' ? 'string' : 'int64');
  }

  #entries(x: Output): Output {
    const { maskToken, oovToken } = this.#values;
    const { graph } = x;
    const index = sub(x, graph.constant(BigInt(this.#tokenStart), 'int64'));
    const count = graph.constant(BigInt(this.#tokens.length), 'int64');
    const inside = logicalAnd(greaterEqual(index, zerosLike(index)), less(index, count));
    const safe = minimum(maximum(index, zerosLike(index)), sub(count, graph.constant(1n, 'int64')));
    const entries = where(inside, gather(this.#vocabulary(x), safe), this.#constant(x, oovToken));
    return maskToken === null ? entries : where(equal(x, zerosLike(x)), this.#constant(x, maskToken), entries);
  }
}
