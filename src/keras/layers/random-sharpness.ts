/** Images made sharper or smoother at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { reshape, tile } from '../../graph/ops/array.js';
import { constantLike } from '../../graph/ops/core.js';
import { add, cast, clip, mul, sub } from '../../graph/ops/math.js';
import { depthwiseConv2d } from '../../graph/ops/nn.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { RandomImage, randomImageFields, rangeField, valueRangeField } from './random-image.js';

// A pixel counts five times as much as each around it.
const SMOOTHING = [1, 1, 1, 1, 5, 1, 1, 1, 1].map((weight) => weight / 13);

const fields = {
  /** 0 is smooth, 0.5 as it is, 1 sharp: bounds in `[0, 1]`, or one number `f` for `[0, f]`. */
  factor: rangeField(0, 1),
  /** The smallest and the largest value of an image, which the result is clipped to; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type RandomSharpnessOptions = LayerOptionsOf<typeof fields>;

export class RandomSharpness extends RandomImage<typeof fields> {
  static readonly className = 'RandomSharpness';
  static readonly fields = fields;

  protected override change(ctx: Context, images: Output): Output {
    const { factor, valueRange } = this.options;
    const channels = images.shape?.at(-1) as number;
    const kernel = tile(reshape(cast(constantLike(images, SMOOTHING, 'float32'), images.dtype), [3, 3, 1, 1]), [1, 1, channels, 1]);
    const smooth = depthwiseConv2d(images, kernel, [1, 1], 'same');
    const amount = cast(sub(1, mul(this.draw(ctx, images, factor), 2)), images.dtype);
    return clip(add(images, mul(sub(smooth, images), amount)), ...valueRange);
  }
}

export const randomSharpness = factory<RandomSharpnessOptions, RandomSharpness>(RandomSharpness);
