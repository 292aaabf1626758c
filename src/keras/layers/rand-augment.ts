/** Images changed by layers that are drawn in training: Cubuk et al., NeurIPS 2020, https://arxiv.org/abs/1909.13719. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { indexAxis } from '../../graph/ops/array.js';
import { randomBits, randomInteger } from '../../graph/ops/random.js';
import type { Shape } from '../../tensor-spec.js';
import type { Layer, LayerOptionsOf } from '../engine/layer.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { augmentationFields, augmentationFixedKeys, augmentations, augmented } from './augmentations.js';
import { checkColours } from './images.js';
import { RandomImage } from './random-image.js';

const fields = {
  /** How many layers change an image one after another, at least 1; 2 by default. */
  numOps: integer({ min: 1, default: 2 }),
  ...augmentationFields(0.5),
};
export type RandAugmentOptions = LayerOptionsOf<typeof fields>;

/**
 * `[batch, height, width, 3]`: of eleven layers `numOps` are drawn for all images of a batch, and one may be drawn again. What a layer draws it
 * draws for each image; drawn again, as in Keras, it changes an image in the same way once more.
 */
export class RandAugment extends RandomImage<typeof fields> {
  static readonly className = 'RandAugment';
  static readonly fields = fields;
  static readonly fixedKeys = augmentationFixedKeys;
  readonly #layers: readonly Layer[];

  constructor(options?: RandAugmentOptions) {
    super(options);
    const all = augmentations(this.options, this.policy);
    const { shear, translation, rotation, brightness, colorDegeneration, contrast, sharpness, posterization, solarization } = all;
    const ofPixels = [brightness, colorDegeneration, contrast, sharpness, posterization, solarization];
    this.#layers = [shear, translation, rotation, ...ofPixels, all.autoContrast, all.equalization];
  }

  protected override build(shape: Shape): void {
    checkColours(this.name, shape);
  }

  protected override change(ctx: Context, images: Output): Output {
    const { numOps } = this.options;
    const drawn = randomInteger(ctx.seed(), [numOps], 0, this.#layers.length);
    const seeds = this.#layers.map(() => randomBits(ctx.seed(), [2], 'int64'));
    return Array.from({ length: numOps }, (_, i) => indexAxis(drawn, 0, i)).reduce(
      (x, index) => augmented(ctx, x, this.#layers, index, (layer) => seeds[layer] as Output),
      images,
    );
  }
}

export const randAugment = factory<RandAugmentOptions | undefined, RandAugment>(RandAugment);
