/** Images turned at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, cos, mul, neg, sin, sub } from '../../graph/ops/math.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { RandomAffine, randomAffineFields } from './random-affine.js';
import { rangeField } from './random-image.js';

const fields = {
  /** How far, against the clock, as a part of a full turn: bounds in `[-1, 1]`, or one number `f` for `[-f, f]`. */
  factor: rangeField(-1, 1),
  ...randomAffineFields,
};
export type RandomRotationOptions = LayerOptionsOf<typeof fields>;

export class RandomRotation extends RandomAffine<typeof fields> {
  static readonly className = 'RandomRotation';
  static readonly fields = fields;

  protected override coefficients(ctx: Context, images: Output, height: Output, width: Output): readonly Output[] {
    const angle = mul(this.draw(ctx, images, this.options.factor, 2), 2 * Math.PI);
    const [c, s] = [cos(angle), sin(angle)];
    // The middle stays where it is.
    const [x, y] = [mul(sub(width, 1), 0.5), mul(sub(height, 1), 0.5)];
    const rest = (middle: Output, a: Output, b: Output): Output => sub(middle, add(mul(a, x), mul(b, y)));
    return [c, neg(s), rest(x, c, neg(s)), s, c, rest(y, s, c)];
  }
}

export const randomRotation = factory<RandomRotationOptions, RandomRotation>(RandomRotation);
