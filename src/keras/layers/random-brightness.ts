/** Images made brighter or darker at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, cast, clip, mul } from '../../graph/ops/math.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { RandomImage, randomImageFields, rangeField, valueRangeField } from './random-image.js';

const fields = {
  /** What is added, as a part of the range of values: bounds in `[-1, 1]`, or one number `f` for `[-f, f]`. */
  factor: rangeField(-1, 1),
  /** The smallest and the largest value of an image, which the result is clipped to; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type RandomBrightnessOptions = LayerOptionsOf<typeof fields>;

export class RandomBrightness extends RandomImage<typeof fields> {
  static readonly className = 'RandomBrightness';
  static readonly fields = fields;

  protected override change(ctx: Context, images: Output): Output {
    const { factor, valueRange } = this.options;
    const [low, high] = valueRange;
    return clip(add(images, cast(mul(this.draw(ctx, images, factor), high - low), images.dtype)), low, high);
  }
}

export const randomBrightness = factory<RandomBrightnessOptions, RandomBrightness>(RandomBrightness);
