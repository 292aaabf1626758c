/** Images slanted at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { onesLike, zerosLike } from '../../graph/ops/array.js';
import { less, mul, where } from '../../graph/ops/math.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { RandomAffine, randomAffineFields } from './random-affine.js';
import { type Range, rangeField } from './random-image.js';

const range = rangeField(-1, 1);
const shear = field<number | Range, Range>(range.parse, range.serialize, 0);
const fields = {
  /** How many pixels a row is moved sideways more than the one above it: bounds in `[-1, 1]`, or one number `f` for `[-f, f]`; 0 by default. */
  xFactor: shear,
  /** How many pixels a column is moved up or down more than the one beside it, likewise. */
  yFactor: shear,
  ...randomAffineFields,
};
export type RandomShearOptions = LayerOptionsOf<typeof fields>;

/** In half of the images both ways are turned round. */
export class RandomShear extends RandomAffine<typeof fields> {
  static readonly className = 'RandomShear';
  static readonly fields = fields;

  protected override coefficients(ctx: Context, images: Output): readonly Output[] {
    const coin = this.draw(ctx, images, [0, 1], 2);
    const way = where(less(coin, 0.5), onesLike(coin), mul(onesLike(coin), -1));
    const [y, x] = [this.options.yFactor, this.options.xFactor].map((f) => mul(this.draw(ctx, images, f, 2), way)) as [Output, Output];
    const [one, zero] = [onesLike(coin), zerosLike(coin)];
    return [one, x, zero, y, one, zero];
  }
}

export const randomShear = factory<RandomShearOptions | undefined, RandomShear>(RandomShear);
