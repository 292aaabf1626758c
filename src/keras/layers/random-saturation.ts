/** Images of stronger or weaker colours at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, clip, div, mul, sub } from '../../graph/ops/math.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { EPSILON } from '../epsilon.js';
import { factory } from '../serialization/keras-object.js';
import { RandomColor } from './random-color.js';
import { randomImageFields, rangeField, valueRangeField } from './random-image.js';

const fields = {
  /** 0 is grey, 0.5 as it is, 1 as strong as can be: bounds in `[-1, 1]`, or one number `f` for `[-f, f]`, as in Keras. */
  factor: rangeField(-1, 1),
  /** The smallest and the largest value of an image, which saturations are clipped to; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type RandomSaturationOptions = LayerOptionsOf<typeof fields>;

export class RandomSaturation extends RandomColor<typeof fields> {
  static readonly className = 'RandomSaturation';
  static readonly fields = fields;

  protected override recolor(ctx: Context, hue: Output, saturation: Output): readonly [Output, Output] {
    const { factor, valueRange } = this.options;
    const drawn = this.draw(ctx, hue, factor);
    const times = div(drawn, add(sub(1, drawn), EPSILON));
    return [hue, clip(mul(saturation, times), ...valueRange)];
  }
}

export const randomSaturation = factory<RandomSaturationOptions, RandomSaturation>(RandomSaturation);
