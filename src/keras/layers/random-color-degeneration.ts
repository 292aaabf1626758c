/** Images with less of their colours at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, cast, clip, mul, sub } from '../../graph/ops/math.js';
import type { Shape } from '../../tensor-spec.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { brightnessOf, checkColours } from './images.js';
import { RandomImage, randomImageFields, rangeField, valueRangeField } from './random-image.js';

const fields = {
  /** How far an image goes to its grey one, 1 being all the way: bounds in `[-1, 1]`, or one number `f` for `[-f, f]`. */
  factor: rangeField(-1, 1),
  /** The smallest and the largest value of an image, which the result is clipped to; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type RandomColorDegenerationOptions = LayerOptionsOf<typeof fields>;

export class RandomColorDegeneration extends RandomImage<typeof fields> {
  static readonly className = 'RandomColorDegeneration';
  static readonly fields = fields;

  protected override build(shape: Shape): void {
    checkColours(this.name, shape);
  }

  protected override change(ctx: Context, images: Output): Output {
    const amount = cast(this.draw(ctx, images, this.options.factor), images.dtype);
    return clip(add(images, mul(sub(brightnessOf(images), images), amount)), ...this.options.valueRange);
  }
}

export const randomColorDegeneration = factory<RandomColorDegenerationOptions, RandomColorDegeneration>(RandomColorDegeneration);
