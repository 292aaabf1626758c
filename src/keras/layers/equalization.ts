/** Images whose values are spread evenly over their range in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { gather, range, reshape, sizeOfAxis, transpose } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { add, cast, clip, div, divNoNan, equal, greater, mul, round, sub, where } from '../../graph/ops/math.js';
import { cumsum, max, min } from '../../graph/ops/reduce.js';
import { mustHold } from '../../validate.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field, integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';
import { widened } from './half-precision.js';
import { RandomImage, type Range, valueRangeField } from './random-image.js';

const fields = {
  /** The smallest and the largest value of an image, which differ; `[0, 255]` by default. */
  valueRange: field<Range, Range>(
    (name, value) => {
      const [low, high] = valueRangeField.parse(name, value);
      if (low === high) throw mustHold(name, 'two different numbers', value);
      return [low, high];
    },
    valueRangeField.serialize,
    [0, 255],
  ),
  /** Into how many equal parts the range is divided, at least 1; 256 by default, which suits images of 8 bits. */
  bins: integer({ min: 1, default: 256 }),
  dataFormat,
};
export type EqualizationOptions = LayerOptionsOf<typeof fields>;

/** The values of each channel are counted over all images of a batch; a channel whose values are in one bin stays. */
export class Equalization extends RandomImage<typeof fields> {
  static readonly className = 'Equalization';
  static readonly fields = fields;

  // Nothing is random here, but in Keras, too, images stay in inference.
  protected override change(_ctx: Context, images: Output): Output {
    const { valueRange, bins } = this.options;
    const [low, high] = valueRange;
    const scale = 255 / (high - low);
    const values = add(mul(widened(images), scale), -low * scale);
    const channels = sizeOfAxis(images, -1);
    const binOf = (x: Output): Output => cast(clip(x, 0, bins - 1), 'int32');
    // Counting and looking up differ in the last digit of where a bin ends, as in Keras.
    const counted = binOf(div(mul(cast(values, 'float32'), bins - 1), 255));
    const found = binOf(mul(div(values, 255), bins - 1));
    const rows = transpose(reshape(counted, [-1, channels]), [1, 0]);
    const none = images.graph.constant([], 'float64', [0]);
    const upTo = cumsum(op('DenseBincount', [rows, constantLike(images, bins), none]), -1);
    const all = max(upTo, -1, true);
    const first = min(where(greater(upTo, 0), upTo, all), -1, true);
    const spread = sub(all, first);
    const table = clip(round(divNoNan(mul(sub(upTo, first), 255), spread)), 0, 255);
    const equalized = gather(reshape(table, [-1]), add(found, mul(range(images, 0, channels), bins)));
    const result = where(reshape(equal(spread, 0), [-1]), cast(values, 'float64'), equalized);
    return cast(add(mul(result, (high - low) / 255), low), images.dtype);
  }
}

export const equalization = factory<EqualizationOptions | undefined, Equalization>(Equalization);
