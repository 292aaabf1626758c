/** A vector for each whole number. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { gather } from '../../graph/ops/array.js';
import { cast, notEqual } from '../../graph/ops/math.js';
import type { Tree } from '../../tree.js';
import { constraint } from '../constraints/index.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { boolean, integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
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
export type EmbeddingOptions = LayerOptionsOf<typeof fields>;

/** `[batch, …]` to `[batch, …, outputDim]`. */
export class Embedding extends Layer<typeof fields> {
  static readonly className = 'Embedding';
  static readonly fields = fields;
  static readonly ignoredKeys = ['input_length', 'sparse', 'weights'];
  #embeddings!: Weight;

  protected override build(): void {
    const { inputDim, outputDim, embeddingsInitializer, embeddingsRegularizer, embeddingsConstraint } = this.options;
    this.#embeddings = this.addWeight('embeddings', [inputDim, outputDim], {
      initializer: embeddingsInitializer,
      regularizer: embeddingsRegularizer,
      constraint: embeddingsConstraint,
    });
  }

  protected override call(ctx: Context, x: Output): Output {
    const indices = x.dtype === 'int32' || x.dtype === 'int64' ? x : cast(x, 'int32');
    return gather(this.read(ctx, this.#embeddings), indices);
  }

  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>): void {
    if (this.options.maskZero)
      ctx.setMask(
        outputs as Output,
        notEqual(inputs as Output, cast((inputs as Output).graph.constant(0, 'int32'), (inputs as Output).dtype)),
      );
  }
}

export const embedding = factory<EmbeddingOptions, Embedding>(Embedding);
