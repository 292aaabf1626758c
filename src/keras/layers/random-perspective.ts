/** Images seen from another side at random in training. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, onesLike, reshape, sizeOfAxis, sizes, sliceAxis, squeeze, stack, zerosLike } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { add, cast, less, mul, neg, sub, where } from '../../graph/ops/math.js';
import { randomUniform } from '../../graph/ops/random.js';
import type { Shape } from '../../tensor-spec.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field, number, oneOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { projected } from './images.js';
import { RandomImage, type Range, randomImageFields, rangeField } from './random-image.js';

const range = rangeField(0, 1);
const fields = {
  /** The share of images that are changed: bounds in `[0, 1]`, or one number `f` for `[0, f]`; 1 by default. */
  factor: field<number | Range, Range>(range.parse, range.serialize, 1),
  /** Corners move by up to half of it times the image's height and width, in `[0, 1]`; 1 by default. As in Keras the upper left one stays. */
  scale: number({ min: 0, max: 1, default: 1 }),
  /** `bilinear` by default. */
  interpolation: oneOf(['bilinear', 'nearest'], 'bilinear'),
  /** The value of places outside of the image; 0 by default. */
  fillValue: number({ default: 0 }),
  ...randomImageFields,
};
export type RandomPerspectiveOptions = LayerOptionsOf<typeof fields>;

const CORNERS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];

export class RandomPerspective extends RandomImage<typeof fields> {
  static readonly className = 'RandomPerspective';
  static readonly fields = fields;

  protected override build(shape: Shape): void {
    if (shape[1] === 1 || shape[2] === 1)
      throw new ValueError(
        `layer \`${this.name}\` needs images of at least 2 x 2 pixels, received [${shape.map((s) => s ?? 'null').join(', ')}]`,
      );
  }

  protected override change(ctx: Context, images: Output): Output {
    const { factor, scale, ...sampling } = this.options;
    const probability = this.draw(ctx, images, factor);
    const isChanged = less(this.draw(ctx, images, [0, 1]), probability);
    const last = sub(cast(sizes(images, [sizeOfAxis(images, 2), sizeOfAxis(images, 1)]), 'float32'), 1);
    const corners = mul(reshape(constantLike(images, CORNERS.flat(), 'float32'), [1, 4, 2]), last);
    const moves = add(mul(randomUniform(ctx.seed(), [sizeOfAxis(images, 0), 4, 2]), scale), -0.5 * scale);
    const transforms = homography(add(corners, mul(corners, moves)), corners);
    return where(isChanged, projected(images, transforms, { ...sampling, fillMode: 'constant' }), images);
  }
}

/** The transforms `[batch, 8]` that take four points `from`, `[batch, 4, 2]`, to `to`: two linear equations for each point. */
function homography(from: Output, to: Output): Output {
  const target = add(to, zerosLike(from));
  const [x, y] = [sliceAxis(target, 2, 0, 1), sliceAxis(target, 2, 1, 2)];
  const one = onesLike(x);
  const own = concat([from, one], 2);
  const others = zerosLike(own);
  const equations = stack([concat([own, others, neg(mul(x, from))], 2), concat([others, own, neg(mul(y, from))], 2)], 2);
  return squeeze(op('MatrixSolve', [reshape(equations, [-1, 8, 8]), reshape(target, [-1, 8, 1])]), [2]);
}

export const randomPerspective = factory<RandomPerspectiveOptions | undefined, RandomPerspective>(RandomPerspective);
