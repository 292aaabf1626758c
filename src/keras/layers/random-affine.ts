/** What layers that move, turn or scale images at random share. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, type Size, sizeOfAxis, zerosLike } from '../../graph/ops/array.js';
import { constantLike } from '../../graph/ops/core.js';
import { cast } from '../../graph/ops/math.js';
import { type Fields, number, oneOf } from '../serialization/fields.js';
import { projected, type Sampling } from './images.js';
import { RandomImage, randomImageFields } from './random-image.js';

/** The options of every such layer. */
export const randomAffineFields = {
  /** What is taken for places outside of an image: its mirror image (`reflect`, default), itself again, its edge, or `fillValue`. */
  fillMode: oneOf(['reflect', 'constant', 'wrap', 'nearest'], 'reflect'),
  /** `bilinear` by default. */
  interpolation: oneOf(['bilinear', 'nearest'], 'bilinear'),
  /** With `fillMode` `constant`, the value of places outside; 0 by default. */
  fillValue: number({ default: 0 }),
  ...randomImageFields,
};

/** Each pixel of the result is taken from a place that depends linearly on its own: subclasses say from which. */
export abstract class RandomAffine<F extends Fields = Fields> extends RandomImage<F> {
  /** `x' = a₀ x + a₁ y + a₂` and `y' = b₀ x + b₁ y + b₂`: `[a₀, a₁, a₂, b₀, b₁, b₂]`, each `[batch, 1]`, for images of the given size. */
  protected abstract coefficients(ctx: Context, images: Output, height: Output, width: Output): readonly Output[];

  protected override change(ctx: Context, images: Output): Output {
    const [height, width] = [1, 2].map((axis) => floatOf(images, sizeOfAxis(images, axis))) as [Output, Output];
    const own = this.coefficients(ctx, images, height, width);
    const none = zerosLike(own[0] as Output);
    return projected(images, concat([...own, none, none], 1), this.options as unknown as Sampling);
  }
}

const floatOf = (like: Output, size: Size): Output =>
  typeof size === 'number' ? constantLike(like, size, 'float32') : cast(size, 'float32');
