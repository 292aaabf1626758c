/** Images whose bright values are inverted, at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, cast, clip, less, sub, where } from '../../graph/ops/math.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { rescaled } from './images.js';
import { RandomImage, type Range, randomImageFields, rangeField, valueRangeField } from './random-image.js';

const range = rangeField(0, 1);
const share = field<number | Range, Range>(range.parse, range.serialize, 0);
const fields = {
  /** What is added before: bounds in `[0, 1]` of which the upper one is times 255, as in Keras, or one number `f` for `[0, f]`; 0 by default. */
  additionFactor: share,
  /** From which value on a sum is inverted, likewise. */
  thresholdFactor: share,
  /** The smallest and the largest value of an image; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type SolarizationOptions = LayerOptionsOf<typeof fields>;

export class Solarization extends RandomImage<typeof fields> {
  static readonly className = 'Solarization';
  static readonly fields = fields;

  protected override change(ctx: Context, images: Output): Output {
    const { additionFactor, thresholdFactor, valueRange } = this.options;
    const [addition, threshold] = [additionFactor, thresholdFactor].map(([low, high]) =>
      cast(this.draw(ctx, images, [low, 255 * high]), images.dtype),
    ) as [Output, Output];
    const sums = clip(add(rescaled(images, valueRange, [0, 255]), addition), 0, 255);
    return rescaled(where(less(sums, threshold), sums, sub(255, sums)), [0, 255], valueRange);
  }
}

export const solarization = factory<SolarizationOptions | undefined, Solarization>(Solarization);
