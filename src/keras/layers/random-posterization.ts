/** Images with fewer shades at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { sizeOfAxis } from '../../graph/ops/array.js';
import { cast, div, floor, mul, pow, sub } from '../../graph/ops/math.js';
import { randomInteger } from '../../graph/ops/random.js';
import { checkInteger } from '../../validate.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { rescaled } from './images.js';
import { RandomImage, type Range, randomImageFields, rangeField, valueRangeField } from './random-image.js';

const range = rangeField(1, 8);
const fields = {
  /** How many bits of each value are left: whole bounds in `[1, 8]` of which the upper one is never drawn unless they are equal, or one number `f` for `[1, f]`. */
  factor: field<number | Range, Range>((name, value) => {
    const [low, high] = range.parse(name, value);
    return [checkInteger(name, low), checkInteger(name, high)];
  }, range.serialize),
  /** The smallest and the largest value of an image; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type RandomPosterizationOptions = LayerOptionsOf<typeof fields>;

export class RandomPosterization extends RandomImage<typeof fields> {
  static readonly className = 'RandomPosterization';
  static readonly fields = fields;

  protected override change(ctx: Context, images: Output): Output {
    const { factor, valueRange } = this.options;
    const [low, high] = factor;
    const bits = randomInteger(ctx.seed(), [sizeOfAxis(images, 0), 1, 1, 1], low, Math.max(high, low + 1));
    const step = cast(pow(2, sub(8, cast(bits, 'float32'))), images.dtype);
    return rescaled(mul(floor(div(rescaled(images, valueRange, [0, 255]), step)), step), [0, 255], valueRange);
  }
}

export const randomPosterization = factory<RandomPosterizationOptions, RandomPosterization>(RandomPosterization);
