/** Images with more or less contrast at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, cast, clip, mul, sub } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { RandomImage, randomImageFields, rangeField, valueRangeField } from './random-image.js';

const fields = {
  /** With `[a, b]`, in `[0, 1]`, contrasts are multiplied by `1 - a` to `1 + b`; one number `f` is `[0, f]`. */
  factor: rangeField(0, 1),
  /** The smallest and the largest value of an image, which the result is clipped to; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type RandomContrastOptions = LayerOptionsOf<typeof fields>;

export class RandomContrast extends RandomImage<typeof fields> {
  static readonly className = 'RandomContrast';
  static readonly fields = fields;

  protected override change(ctx: Context, images: Output): Output {
    const { factor, valueRange } = this.options;
    const middle = mean(images, [1, 2], true);
    const contrast = cast(this.draw(ctx, images, [1 - factor[0], 1 + factor[1]]), images.dtype);
    return clip(add(mul(sub(images, middle), contrast), middle), ...valueRange);
  }
}

export const randomContrast = factory<RandomContrastOptions, RandomContrast>(RandomContrast);
