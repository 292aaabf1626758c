/** Images without their colours at random in training. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { constantLike } from '../../graph/ops/core.js';
import { cast, less, mul, where } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { RandomImage, randomImageFields } from './random-image.js';

const fields = {
  /** Share of the images that become grey, in `[0, 1]`; 0.5 by default. */
  factor: number({ min: 0, max: 1, default: 0.5 }),
  ...randomImageFields,
};
export type RandomGrayscaleOptions = LayerOptionsOf<typeof fields>;

// ITU-R BT.601: how much red, green and blue count for brightness.
const BRIGHTNESS = [0.2989, 0.587, 0.114];

export class RandomGrayscale extends RandomImage<typeof fields> {
  static readonly className = 'RandomGrayscale';
  static readonly fields = fields;

  /** Keras writes no seed. */
  override getConfig(): Record<string, unknown> {
    const { seed: _, ...config } = super.getConfig();
    return config;
  }

  protected override build(shape: Shape): void {
    const channels = shape.at(-1);
    if (channels !== 3 && channels !== 1)
      throw new ValueError(
        `layer \`${this.name}\` needs images of 3 channels or 1, received [${shape.map((s) => s ?? 'null').join(', ')}]`,
      );
  }

  protected override change(ctx: Context, images: Output): Output {
    if (images.shape?.at(-1) === 1) return images;
    const grey = sum(mul(images, cast(constantLike(images, BRIGHTNESS, 'float32'), images.dtype)), -1, true);
    return where(less(this.draw(ctx, images, [0, 1]), this.options.factor), grey, images);
  }
}

export const randomGrayscale = factory<RandomGrayscaleOptions | undefined, RandomGrayscale>(RandomGrayscale);
