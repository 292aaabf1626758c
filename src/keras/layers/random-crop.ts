/** Parts of images, cut out at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { type Size, slice } from '../../graph/ops/array.js';
import { op } from '../../graph/ops/core.js';
import { cast, mul } from '../../graph/ops/math.js';
import { randomUniform } from '../../graph/ops/random.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { checkImages, checkKnownSize } from './images.js';
import { randomImageFields } from './random-image.js';
import { Resizing } from './resizing.js';

const fields = {
  /** Height of what is cut out, at least 1. */
  height: integer({ min: 1 }),
  /** Width of what is cut out, at least 1. */
  width: integer({ min: 1 }),
  ...randomImageFields,
};
export type RandomCropOptions = LayerOptionsOf<typeof fields>;

/**
 * `[batch, height, width, channels]`, as floats: in training a part of that size, at the same random place in all images of a batch; the middle
 * of images that are larger in one direction only, and enlarged images where one is too small.
 *
 * In inference images stay whole, as in Keras. So where they are not of the size of the parts, layers that follow must take images of any size,
 * as convolutions and global pooling do: their height and width are unknown.
 */
export class RandomCrop extends Layer<typeof fields> {
  static readonly className = 'RandomCrop';
  static readonly fields = fields;
  static readonly ignoredKeys = ['bounding_box_format'];

  protected override build(shape: Shape): void {
    checkKnownSize(this.name, shape);
  }

  protected override call(ctx: Context, x: Output): Output {
    checkImages(this.name, x);
    const { height, width } = this.options;
    const images = cast(x, this.policy.compute);
    const [, h, w, channels] = x.shape as [null, number, number, number | null];
    if (h === height && w === width) return images;
    // What follows is not to be built for whole images only.
    if (!ctx.training) return op('PlaceholderWithDefault', [images], { shape: { shape: [-1, -1, -1, channels ?? -1] } });
    if (h > height && w > width) return slice(images, [0, place(ctx, h - height), place(ctx, w - width), 0], [-1, height, width, -1]);
    // Keras looks for the largest part of the wanted proportions, but cuts out one of the wanted size there.
    const top = Math.trunc((h - Math.max(Math.min(h, Math.trunc((w * height) / width)), 1)) / 2);
    const left = Math.trunc((w - Math.max(Math.min(w, Math.trunc((h * width) / height)), 1)) / 2);
    const part = slice(images, [0, top, left, 0], [-1, Math.min(height, h - top), Math.min(width, w - left), -1]);
    return new Resizing({ height, width, dtype: this.policy }).invoke(ctx, part) as Output;
  }
}

/** One of `0` to `most`. */
const place = (ctx: Context, most: number): Size => cast(mul(randomUniform(ctx.seed(), []), most + 1), 'int32');

export const randomCrop = factory<RandomCropOptions, RandomCrop>(RandomCrop);
