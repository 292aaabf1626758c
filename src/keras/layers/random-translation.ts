/** Images moved at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { onesLike, zerosLike } from '../../graph/ops/array.js';
import { mul, neg } from '../../graph/ops/math.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { RandomAffine, randomAffineFields } from './random-affine.js';
import { rangeField } from './random-image.js';

const fields = {
  /** How far down, as a part of the height: bounds in `[-1, 1]`, or one number `f` for `[-f, f]`. */
  heightFactor: rangeField(-1, 1),
  /** How far to the right, as a part of the width, likewise. */
  widthFactor: rangeField(-1, 1),
  ...randomAffineFields,
};
export type RandomTranslationOptions = LayerOptionsOf<typeof fields>;

export class RandomTranslation extends RandomAffine<typeof fields> {
  static readonly className = 'RandomTranslation';
  static readonly fields = fields;

  protected override coefficients(ctx: Context, images: Output, height: Output, width: Output): readonly Output[] {
    const down = mul(this.draw(ctx, images, this.options.heightFactor, 2), height);
    const right = mul(this.draw(ctx, images, this.options.widthFactor, 2), width);
    const [one, zero] = [onesLike(down), zerosLike(down)];
    return [one, zero, neg(right), zero, one, neg(down)];
  }
}

export const randomTranslation = factory<RandomTranslationOptions, RandomTranslation>(RandomTranslation);
