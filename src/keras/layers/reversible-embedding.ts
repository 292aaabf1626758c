/** Embeddings that also go back: Press and Wolf, EACL 2017, https://arxiv.org/abs/1608.05859. */
import { DTYPES, type DType, isDType } from '../../dtype.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { transpose } from '../../graph/ops/array.js';
import { cast, div, mul, tanh } from '../../graph/ops/math.js';
import { mustHold } from '../../validate.js';
import type { CallArguments, LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { boolean, field, number, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { BaseEmbedding, embeddingFields } from './embedding.js';
import { productWithKernel } from './product-with-kernel.js';

const fields = {
  ...embeddingFields,
  /** Whether the way back uses the same vectors, or a kernel of its own; `true` by default. */
  tieWeights: boolean(true),
  /** The element type of the way back; the layer's by default. */
  reverseDtype: optional(
    field<DType, DType>(
      (name, value) => {
        if (!isDType(value)) throw mustHold(name, `one of ${DTYPES.join(', ')}`, value);
        return value;
      },
      (value) => value,
    ),
  ),
  /** With a number `c`, above 0, the way back gives `c · tanh(logits / c)`; `null` (default) is none. */
  logitSoftCap: optional(number({ min: 0, exclusive: true })),
};
export type ReversibleEmbeddingOptions = LayerOptionsOf<typeof fields>;

/** `[batch, …]` to `[batch, …, outputDim]`; with the argument `reverse`, `[batch, …, outputDim]` to `[batch, …, inputDim]`. */
export class ReversibleEmbedding extends BaseEmbedding<typeof fields> {
  static readonly className = 'ReversibleEmbedding';
  static readonly fields = fields;
  static readonly callArguments = ['reverse'];
  #reverse: Weight | undefined;

  protected override build(): void {
    super.build();
    const { inputDim, outputDim, tieWeights, embeddingsInitializer } = this.options;
    if (!tieWeights) this.#reverse = this.addWeight('reverse_embeddings', [outputDim, inputDim], { initializer: embeddingsInitializer });
  }

  protected override call(ctx: Context, x: Output, args: CallArguments = {}): Output {
    if (args.reverse !== true) return super.call(ctx, x);
    const { reverseDtype, logitSoftCap } = this.options;
    const kernel = this.#reverse === undefined ? transpose(this.vectors(ctx), [1, 0]) : this.read(ctx, this.#reverse);
    const own = (t: Output): Output => (reverseDtype === null ? t : cast(t, reverseDtype));
    const logits = productWithKernel(own(x), own(kernel));
    return logitSoftCap === null ? logits : mul(tanh(div(logits, logitSoftCap)), logitSoftCap);
  }

  protected override masks(args: CallArguments): boolean {
    return args.reverse !== true;
  }
}

export const reversibleEmbedding = factory<ReversibleEmbeddingOptions, ReversibleEmbedding>(ReversibleEmbedding);
