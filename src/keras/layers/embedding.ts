/** A vector for each whole number. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { gather } from '../../graph/ops/array.js';
import { cast, notEqual } from '../../graph/ops/math.js';
import type { Tree } from '../../tree.js';
import { constraint } from '../constraints/index.js';
import { type CallArguments, Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { boolean, integer, type ValuesOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

/** The options of every embedding. */
export const embeddingFields = {
  /** Number of different numbers: inputs are in `[0, inputDim)`. */
  inputDim: integer({ min: 1 }),
  /** Size of the vectors. */
  outputDim: integer({ min: 1 }),
  /** `uniform` by default. */
  embeddingsInitializer: initializer('uniform'),
  embeddingsRegularizer: regularizer(),
  embeddingsConstraint: constraint(),
  /** Whether 0 means a step that does not count; `false` by default. */
  maskZero: boolean(false),
};
export type EmbeddingOptions = LayerOptionsOf<typeof embeddingFields>;

/** The base of embeddings: it holds the vectors. */
export abstract class BaseEmbedding<F extends typeof embeddingFields = typeof embeddingFields> extends Layer<F> {
  static readonly ignoredKeys = ['input_length', 'sparse', 'weights'];
  #embeddings!: Weight;

  protected override build(): void {
    const { inputDim, outputDim, embeddingsInitializer, embeddingsRegularizer, embeddingsConstraint } = this.#values;
    this.#embeddings = this.addWeight('embeddings', [inputDim, outputDim], {
      initializer: embeddingsInitializer,
      regularizer: embeddingsRegularizer,
      constraint: embeddingsConstraint,
    });
  }

  /** The vectors, `[inputDim, outputDim]`. */
  protected vectors(ctx: Context): Output {
    return this.read(ctx, this.#embeddings);
  }

  /** Whether inputs of 0 are steps that do not count. */
  protected masks(_args: CallArguments): boolean {
    return true;
  }

  protected override call(ctx: Context, x: Output, _args: CallArguments = {}): Output {
    const indices = x.dtype === 'int32' || x.dtype === 'int64' ? x : cast(x, 'int32');
    return gather(this.vectors(ctx), indices);
  }

  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>, args: CallArguments): void {
    if (this.#values.maskZero && this.masks(args))
      ctx.setMask(
        outputs as Output,
        notEqual(inputs as Output, cast((inputs as Output).graph.constant(0, 'int32'), (inputs as Output).dtype)),
      );
  }

  get #values(): ValuesOf<typeof embeddingFields> {
    return this.options as unknown as ValuesOf<typeof embeddingFields>;
  }
}

/** `[batch, …]` to `[batch, …, outputDim]`. */
export class Embedding extends BaseEmbedding {
  static readonly className = 'Embedding';
  static readonly fields = embeddingFields;
}

export const embedding = factory<EmbeddingOptions, Embedding>(Embedding);
