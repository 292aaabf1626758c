/** Images without their colours at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { less, where } from '../../graph/ops/math.js';
import type { Shape } from '../../tensor-spec.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { brightnessOf, checkColours } from './images.js';
import { RandomImage, randomImageFields } from './random-image.js';

const fields = {
  /** Share of the images that become grey, in `[0, 1]`; 0.5 by default. */
  factor: number({ min: 0, max: 1, default: 0.5 }),
  ...randomImageFields,
};
export type RandomGrayscaleOptions = LayerOptionsOf<typeof fields>;

export class RandomGrayscale extends RandomImage<typeof fields> {
  static readonly className = 'RandomGrayscale';
  static readonly fields = fields;

  /** Keras writes no seed. */
  override getConfig(): Record<string, unknown> {
    const { seed: _, ...config } = super.getConfig();
    return config;
  }

  protected override build(shape: Shape): void {
    checkColours(this.name, shape, 1);
  }

  protected override change(ctx: Context, images: Output): Output {
    if (images.shape?.at(-1) === 1) return images;
    return where(less(this.draw(ctx, images, [0, 1]), this.options.factor), brightnessOf(images), images);
  }
}

export const randomGrayscale = factory<RandomGrayscaleOptions | undefined, RandomGrayscale>(RandomGrayscale);
