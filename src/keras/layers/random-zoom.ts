/** Images enlarged or made smaller at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { zerosLike } from '../../graph/ops/array.js';
import { mul, sub } from '../../graph/ops/math.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { RandomAffine, randomAffineFields } from './random-affine.js';
import { type Range, rangeField } from './random-image.js';

const range = rangeField(-1, 1);
const fields = {
  /** Which part of the height more (above 0) or less is seen: bounds in `[-1, 1]`, or one number `f` for `[-f, f]`. */
  heightFactor: range,
  /** The same for the width; by default that of the height, so that proportions stay. */
  widthFactor: optional(field<number | Range, Range>(range.parse, range.serialize)),
  ...randomAffineFields,
};
export type RandomZoomOptions = LayerOptionsOf<typeof fields>;

export class RandomZoom extends RandomAffine<typeof fields> {
  static readonly className = 'RandomZoom';
  static readonly fields = fields;

  protected override coefficients(ctx: Context, images: Output, height: Output, width: Output): readonly Output[] {
    const { heightFactor, widthFactor } = this.options;
    const drawn = ([low, high]: Range): Output => this.draw(ctx, images, [1 + low, 1 + high], 2);
    const y = drawn(heightFactor);
    const x = widthFactor === null ? y : drawn(widthFactor);
    // The middle stays where it is.
    const rest = (zoom: Output, size: Output): Output => mul(mul(sub(size, 1), 0.5), sub(1, zoom));
    const zero = zerosLike(y);
    return [x, zero, rest(x, width), zero, y, rest(y, height)];
  }
}

export const randomZoom = factory<RandomZoomOptions, RandomZoom>(RandomZoom);
