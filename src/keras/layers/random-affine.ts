/** What layers that move, turn or scale images at random share. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, type Size, sizeOfAxis, sizes, zerosLike } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { cast } from '../../graph/ops/math.js';
import { type Fields, number, oneOf } from '../serialization/fields.js';
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

interface AffineValues {
  readonly fillMode: string;
  readonly interpolation: string;
  readonly fillValue: number;
}

/** Each pixel of the result is taken from a place that depends linearly on its own: subclasses say from which. */
export abstract class RandomAffine<F extends Fields = Fields> extends RandomImage<F> {
  /** `x' = a₀ x + a₁ y + a₂` and `y' = b₀ x + b₁ y + b₂`: `[a₀, a₁, a₂, b₀, b₁, b₂]`, each `[batch, 1]`, for images of the given size. */
  protected abstract coefficients(ctx: Context, images: Output, height: Output, width: Output): readonly Output[];

  protected override change(ctx: Context, images: Output): Output {
    const { fillMode, interpolation, fillValue } = this.options as unknown as AffineValues;
    const size = [sizeOfAxis(images, 1), sizeOfAxis(images, 2)];
    const [height, width] = size.map((s) => floatOf(images, s)) as [Output, Output];
    const own = this.coefficients(ctx, images, height, width);
    const none = zerosLike(own[0] as Output);
    const inputs = [
      cast(images, 'float32'),
      concat([...own, none, none], 1),
      sizes(images, size),
      constantLike(images, fillValue, 'float32'),
    ];
    const moved = op('ImageProjectiveTransformV3', inputs, {
      interpolation: interpolation.toUpperCase(),
      fill_mode: fillMode.toUpperCase(),
    });
    return cast(moved, images.dtype);
  }
}

const floatOf = (like: Output, size: Size): Output =>
  typeof size === 'number' ? constantLike(like, size, 'float32') : cast(size, 'float32');
