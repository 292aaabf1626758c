/** Texts as numbers: split into words, which a vocabulary maps. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, reshape, sizeOfAxis, sizeOutput, zerosLike } from '../../graph/ops/array.js';
import { constantLike, op, ops } from '../../graph/ops/core.js';
import { cast } from '../../graph/ops/math.js';
import { cumsum } from '../../graph/ops/reduce.js';
import { checkInteger, checkOneOf } from '../../validate.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { boolean, field, integer, list, number, optional, string } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { denseField, type OutputMode, outputModeField } from './output-mode.js';
import { StringLookup } from './string-lookup.js';

const STANDARDS = ['lower_and_strip_punctuation', 'lower', 'strip_punctuation'] as const;
type Standard = (typeof STANDARDS)[number];
const SPLITS = ['whitespace', 'character'] as const;
type Split = (typeof SPLITS)[number];
const PUNCTUATION = '[!"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\\']';
// Each length is an entry of its own.
const MAX_NGRAMS = 2 ** 10;

const fields = {
  /** The most entries that the vocabulary may have, with that for other words; no limit by default. */
  maxTokens: optional(integer({ min: 2 })),
  /** What is done to texts first: `lower_and_strip_punctuation` (default), one of both, or nothing (`null`). */
  standardize: field<Standard | null, Standard | null>(
    (name, value) => (value === null ? null : checkOneOf(name, value, STANDARDS)),
    (value) => value,
    STANDARDS[0],
  ),
  /** What texts are split into: words between `whitespace` (default), each `character`, or nothing (`null`). */
  split: field<Split | null, Split | null>(
    (name, value) => (value === null ? null : checkOneOf(name, value, SPLITS)),
    (value) => value,
    SPLITS[0],
  ),
  /** Instead of single words, sequences of so many: up to a number, or of the lengths in a list; `null` (default) is single words. */
  ngrams: optional(
    field<number | readonly number[], number | readonly number[]>(
      (name, value) =>
        Array.isArray(value)
          ? value.map((v, i) => checkInteger(`${name}[${i}]`, v, { min: 1 }))
          : checkInteger(name, value, { min: 1, max: MAX_NGRAMS }),
      (value) => value,
    ),
  ),
  /** `int` (default): the numbers of the words; or encoded as by `categoryEncoding`; `tf_idf`: counts times `idfWeights`. */
  outputMode: outputModeField<OutputMode>(['int', 'multi_hot', 'count', 'tf_idf'], 'int'),
  /** With `int`, how many words a text has: others are cut off, or 0 is put in their place; as many as the longest text by default. */
  outputSequenceLength: optional(integer({ min: 1 })),
  /** Whether encoded outputs have `maxTokens` places, whatever the vocabulary's size; `false` by default. */
  padToMaxTokens: boolean(false),
  sparse: denseField,
  ragged: denseField,
  /** The words in the order of their numbers, which begin at 2 in the mode `int` and else at 1: before them come nothing, and other words. */
  vocabulary: optional(list(string())),
  /** The weight of each word in the mode `tf_idf`. */
  idfWeights: optional(list(number())),
};
export type TextVectorizationOptions = LayerOptionsOf<typeof fields>;

/** Texts `[batch]` or `[batch, 1]` to `int64` `[batch, words]`, or encoded over the vocabulary `[batch, entries]`. */
export class TextVectorization extends Layer<typeof fields> {
  static readonly className = 'TextVectorization';
  static readonly fields = fields;
  static readonly ignoredKeys = ['vocabulary_size', 'has_input_vocabulary'];
  static readonly fixedKeys = { encoding: 'utf-8' };
  readonly #lookup: StringLookup;

  constructor(options: TextVectorizationOptions = {}) {
    super(options);
    const { maxTokens, outputMode, padToMaxTokens, vocabulary, idfWeights, outputSequenceLength, split, ngrams } = this.options;
    if (outputMode !== 'int' && outputSequenceLength !== null)
      throw new ValueError(`layer \`${this.name}\` must have the outputMode int for \`outputSequenceLength\`, received ${outputMode}`);
    if (ngrams !== null && split === null) throw new ValueError(`layer \`${this.name}\` needs \`split\` for \`ngrams\``);
    const own = { maxTokens, outputMode, padToMaxTokens, vocabulary, idfWeights };
    // Keras 2 writes the type of the texts: counts are of the default one.
    const dtype = this.policy.compute === 'string' ? null : this.policy;
    this.#lookup = new StringLookup({ ...own, maskToken: '', name: this.name, dtype });
  }

  protected override build(): void {
    this.#lookup.ensureBuilt([]);
  }

  protected override call(ctx: Context, x: Output): Output {
    if (x.dtype !== 'string') throw new ValueError(`layer \`${this.name}\` needs an input of strings, received ${x}`);
    const { split } = this.options;
    const clean = this.#standardized(x);
    return this.#lookup.invoke(ctx, split === null ? clean : this.#words(clean, split)) as Output;
  }

  #standardized(x: Output): Output {
    const { standardize } = this.options;
    if (standardize === null) return x;
    const lower = standardize === 'strip_punctuation' ? x : op('StringLower', [x], { encoding: '' });
    return standardize === 'lower' ? lower : op('StaticRegexReplace', [lower], { pattern: PUNCTUATION, rewrite: '', replace_global: true });
  }

  /** `[batch, words]`, with empty strings where a text has fewer. */
  #words(x: Output, split: Split): Output {
    const { ngrams, outputSequenceLength } = this.options;
    if (x.rank > 2 || (x.rank === 2 && x.shape?.at(-1) !== 1))
      throw new ValueError(`layer \`${this.name}\` needs texts [batch] or [batch, 1] to split, received ${x}`);
    let [words, ends] = (split === 'whitespace' ? byWhitespace : byCharacter)(reshape(x, [-1]));
    if (ngrams !== null) {
      const widths = typeof ngrams === 'number' ? Array.from({ length: ngrams }, (_, i) => i + 1) : ngrams;
      const options = {
        separator: ' ',
        ngram_widths: [...widths],
        left_pad: '',
        right_pad: '',
        pad_width: 0,
        preserve_short_sequences: false,
      };
      [words, ends] = ops('StringNGrams', [words, ends], options) as [Output, Output];
    }
    const shape = x.graph.constant([-1n, BigInt(outputSequenceLength ?? -1)], 'int64', [2]);
    return op('RaggedTensorToTensor', [shape, words, x.graph.constant('', 'string'), [ends]], { row_partition_types: ['ROW_SPLITS'] });
  }
}

/** All words of all texts, and where each text's begin and end. */
type Words = [words: Output, ends: Output];

function byWhitespace(texts: Output): Words {
  const [places, words] = ops('StringSplitV2', [texts, texts.graph.constant('', 'string')], { maxsplit: -1 }) as [Output, Output];
  const rows = reshape(
    op(
      'StridedSlice',
      [
        places,
        ...[
          [0, 0],
          [0, 1],
          [1, 1],
        ].map((v) => constantLike(texts, v)),
      ],
      { begin_mask: 1, end_mask: 1 },
    ),
    [-1],
  );
  const none = texts.graph.constant([], 'int64', [0]);
  const counts = op('Bincount', [cast(rows, 'int32'), sizeOutput(texts, sizeOfAxis(texts, 0)), none]);
  return [words, concat([texts.graph.constant([0n], 'int64', [1]), cumsum(counts)], 0)];
}

function byCharacter(texts: Output): Words {
  const [ends, codes] = ops('UnicodeDecode', [texts], { input_encoding: 'UTF-8' }) as [Output, Output];
  const count = op('Size', [codes], { out_type: 9 });
  const each = op('Range', [zerosLike(count), op('AddV2', [count, texts.graph.constant(1n, 'int64')]), texts.graph.constant(1n, 'int64')]);
  return [op('UnicodeEncode', [codes, each], { output_encoding: 'UTF-8' }), ends];
}

export const textVectorization = factory<TextVectorizationOptions | undefined, TextVectorization>(TextVectorization);
