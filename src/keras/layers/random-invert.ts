/** Negatives of images at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { less, sub, where } from '../../graph/ops/math.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { RandomImage, type Range, randomImageFields, rangeField, valueRangeField } from './random-image.js';

const range = rangeField(0, 1);
const fields = {
  /** The share of images that are inverted: bounds in `[0, 1]`, or one number `f` for `[0, f]`; 1 by default. */
  factor: field<number | Range, Range>(range.parse, range.serialize, 1),
  /** The smallest and the largest value of an image; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type RandomInvertOptions = LayerOptionsOf<typeof fields>;

/** An inverted value is the largest one minus itself. */
export class RandomInvert extends RandomImage<typeof fields> {
  static readonly className = 'RandomInvert';
  static readonly fields = fields;

  protected override change(ctx: Context, images: Output): Output {
    const { factor, valueRange } = this.options;
    const probability = this.draw(ctx, images, factor);
    return where(less(this.draw(ctx, images, [0, 1]), probability), sub(valueRange[1], images), images);
  }
}

export const randomInvert = factory<RandomInvertOptions | undefined, RandomInvert>(RandomInvert);
