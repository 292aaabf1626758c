/** Spectral normalisation: Miyato et al., ICLR 2018, https://arxiv.org/abs/1802.05957. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import { customGradient } from '../../graph/gradients.js';
import type { Output } from '../../graph/graph.js';
import { reshape } from '../../graph/ops/array.js';
import { cast, div, equal, minimum, mul, rsqrt, square, where } from '../../graph/ops/math.js';
import { matMul } from '../../graph/ops/nn.js';
import { all, sum } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { EPSILON } from '../epsilon.js';
import { TruncatedNormal } from '../initializers/random.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { layerField } from './layer-registry.js';

const fields = {
  /** The layer, which has a kernel, or embeddings. */
  layer: layerField(),
  /** Iterations by which the largest singular value is found in a step, at least 1 (default): it gets closer from step to step, too. */
  powerIterations: integer({ min: 1, default: 1 }),
};
export type SpectralNormalizationOptions = LayerOptionsOf<typeof fields>;

/**
 * The layer's output, in the input's element type. In training the layer's kernel is first divided by its largest singular value, for good: the
 * gradient is that at the new kernel, and the optimizer steps from there.
 */
export class SpectralNormalization extends Layer<typeof fields> {
  static readonly className = 'SpectralNormalization';
  static readonly fields = fields;
  readonly #layer: Layer;
  #kernel: Weight | undefined;
  #vector!: Weight;

  constructor(options: SpectralNormalizationOptions) {
    super(options);
    this.#layer = this.track('layer', this.options.layer);
  }

  /** Keras counts the kernel as one of this layer's own weights, too, and has it in files twice. */
  override get ownWeights(): readonly Weight[] {
    return this.#kernel === undefined ? super.ownWeights : [this.#kernel, ...super.ownWeights];
  }

  override get weights(): readonly Weight[] {
    return [...new Set(super.weights)];
  }

  protected override build(shape: Shape): void {
    this.#layer.ensureBuilt(shape);
    const kernel = this.#layer.ownWeights.find(({ name }) => name === 'kernel' || name === 'embeddings');
    if (kernel === undefined)
      throw new ValueError(
        `\`layer\` of layer \`${this.name}\` must be one with a kernel or embeddings, received ${this.#layer.className}`,
      );
    this.#kernel = kernel;
    this.#vector = this.addWeight('vector_u', [1, kernel.shape.at(-1) as number], {
      initializer: new TruncatedNormal({ stddev: 0.02 }),
      trainable: false,
      dtype: kernel.dtype,
    });
  }

  protected override call(ctx: Context, x: Output): Output {
    if (ctx.training) this.#normalize(ctx);
    return cast(this.#layer.invoke(ctx, x) as Output, x.dtype);
  }

  #normalize(ctx: Context): void {
    const [kernel, vector] = [this.#kernel as Weight, this.#vector];
    const [old, before] = [ctx.read(kernel), ctx.read(vector)];
    // The gradient at the new kernel is that of the old one, which is not asked how it became the new one.
    const [next, direction] = customGradient(
      [old],
      () => {
        const matrix = reshape(old, [-1, kernel.shape.at(-1) as number]);
        let [u, v] = [before, before];
        for (let i = 0; i < this.options.powerIterations; i++) {
          v = unit(matMul(u, matrix, { transposeB: true }));
          u = unit(matMul(v, matrix));
        }
        const sigma = matMul(matMul(v, matrix), u, { transposeB: true });
        const isZero = all(equal(old, 0));
        return [where(isZero, old, div(old, reshape(sigma, []))), where(isZero, before, u)];
      },
      ([dy = null]) => [dy],
    ) as [Output, Output];
    ctx.assign(kernel, next);
    ctx.assign(vector, direction);
  }
}

/** The vector of length 1 in its direction. */
const unit = (x: Output): Output => mul(x, minimum(rsqrt(sum(square(x))), 1 / EPSILON));

export const spectralNormalization = factory<SpectralNormalizationOptions, SpectralNormalization>(SpectralNormalization);
