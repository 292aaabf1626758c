/** Images mixed with changed ones in training: Hendrycks et al., ICLR 2020, https://arxiv.org/abs/1912.02781. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { indexAxis } from '../../graph/ops/array.js';
import { add, cast, clip, div, mul, sub } from '../../graph/ops/math.js';
import { randomBits, randomGamma, randomInteger } from '../../graph/ops/random.js';
import { sum } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';
import type { Layer, LayerOptionsOf } from '../engine/layer.js';
import { boolean, integer, number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { augmentationFields, augmentationFixedKeys, augmentations, augmented } from './augmentations.js';
import { checkColours } from './images.js';
import { RandomImage } from './random-image.js';

const fields = {
  /** How many changed images are mixed, at least 1; 3 by default. */
  numChains: integer({ min: 1, default: 3 }),
  /** By how many layers each is changed at most, one after another, at least 1; 3 by default. */
  chainDepth: integer({ min: 1, default: 3 }),
  /** Parameter, above 0, of the Dirichlet distribution of the changed images' shares and of the beta distribution of the image's own; 1 by default. */
  alpha: number({ min: 0, exclusive: true, default: 1 }),
  /** Whether brightness, colours, contrast and sharpness are changed, too, which needs images of 3 channels; `true` by default. */
  allOps: boolean(true),
  ...augmentationFields(0.3),
};
export type AugMixOptions = LayerOptionsOf<typeof fields>;

/** Layers, shares and the depth are drawn for all images of a batch; what a layer draws it draws for each image. */
export class AugMix extends RandomImage<typeof fields> {
  static readonly className = 'AugMix';
  static readonly fields = fields;
  static readonly fixedKeys = augmentationFixedKeys;
  readonly #layers: readonly Layer[];

  constructor(options?: AugMixOptions) {
    super(options);
    const all = Object.values(augmentations(this.options, this.policy));
    this.#layers = this.options.allOps ? all : all.slice(0, -4);
  }

  protected override build(shape: Shape): void {
    if (this.options.allOps) checkColours(this.name, shape);
  }

  protected override change(ctx: Context, images: Output): Output {
    const { numChains, chainDepth, alpha, valueRange } = this.options;
    const ofChains = randomGamma(ctx.seed(), [numChains], alpha);
    const shares = cast(div(ofChains, sum(ofChains)), images.dtype);
    const ofBoth = randomGamma(ctx.seed(), [2], alpha);
    const own = cast(indexAxis(div(ofBoth, sum(ofBoth)), 0, 0), images.dtype);
    // One number beyond the layers: no change.
    const drawn = randomInteger(ctx.seed(), [numChains * chainDepth], 0, this.#layers.length + 1);
    const seeds = randomBits(ctx.seed(), [numChains * chainDepth, 2], 'int64');
    const chain = (c: number): Output => {
      let x = images;
      for (let i = c * chainDepth; i < (c + 1) * chainDepth; i++) {
        const seed = indexAxis(seeds, 0, i);
        x = augmented(ctx, x, this.#layers, indexAxis(drawn, 0, i), () => seed);
      }
      return mul(x, indexAxis(shares, 0, c));
    };
    const mixed = Array.from({ length: numChains }, (_, c) => chain(c)).reduce((a, b) => add(a, b));
    return clip(add(mul(images, own), mul(mixed, sub(1, own))), ...valueRange);
  }
}

export const augMix = factory<AugMixOptions | undefined, AugMix>(AugMix);
