/** Images of other hues at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { onesLike } from '../../graph/ops/array.js';
import { add, clip, floorMod, less, mul, where } from '../../graph/ops/math.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { rescaled } from './images.js';
import { RandomColor } from './random-color.js';
import { randomImageFields, rangeField, valueRangeField } from './random-image.js';

const fields = {
  /** How far hues are turned, in either direction, 1 being half of the circle: bounds in `[0, 1]`, or one number `f` for `[0, f]`. */
  factor: rangeField(0, 1),
  /** The smallest and the largest value of an image; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type RandomHueOptions = LayerOptionsOf<typeof fields>;

export class RandomHue extends RandomColor<typeof fields> {
  static readonly className = 'RandomHue';
  static readonly fields = fields;

  protected override recolor(ctx: Context, hue: Output, saturation: Output): readonly [Output, Output] {
    const coin = this.draw(ctx, hue, [0, 1]);
    const way = where(less(coin, 0.5), onesLike(coin), mul(onesLike(coin), -1));
    const turned = add(hue, mul(mul(this.draw(ctx, hue, this.options.factor), way), 0.5));
    return [floorMod(turned, 1), saturation];
  }

  protected override change(ctx: Context, images: Output): Output {
    const { valueRange } = this.options;
    const turned = super.change(ctx, rescaled(images, valueRange, [0, 1]));
    return rescaled(clip(turned, 0, 1), [0, 1], valueRange);
  }
}

export const randomHue = factory<RandomHueOptions, RandomHue>(RandomHue);
