/** Images blurred at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { indexAxis, reshape, tile } from '../../graph/ops/array.js';
import { constantLike } from '../../graph/ops/core.js';
import { add, cast, clip, div, exp, less, mul, square, where } from '../../graph/ops/math.js';
import { depthwiseConv2d } from '../../graph/ops/nn.js';
import { randomUniform } from '../../graph/ops/random.js';
import { sum } from '../../graph/ops/reduce.js';
import { mustHold } from '../../validate.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field, spatial } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { RandomImage, type Range, randomImageFields, rangeField, valueRangeField } from './random-image.js';

const share = rangeField(0, 1);
// Each place of the kernel is a value of the graph.
const size = spatial(2, { max: 2 ** 12 });
const fields = {
  /** The share of images that are blurred: bounds in `[0, 1]`, or one number `f` for `[0, f]`; 1 by default, which is half of them. */
  factor: field<number | Range, Range>(share.parse, share.serialize, 1),
  /** Over how many pixels is blurred, odd numbers of rows and columns; 3 by default. */
  kernelSize: field<number | readonly number[], readonly number[]>(
    (name, value) => {
      const parsed = size.parse(name, value);
      if (parsed.some((n) => n % 2 === 0)) throw mustHold(name, 'odd', value);
      return parsed;
    },
    size.serialize,
    3,
  ),
  /** The standard deviation of the Gaussian in pixels, drawn once for all images and for each of both directions: bounds in `[0, 1]`, or one number `f` for `[0, f]`; 1 by default. */
  sigma: field<number | Range, Range>(share.parse, share.serialize, 1),
  /** The smallest and the largest value of an image, which all results are clipped to; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type RandomGaussianBlurOptions = LayerOptionsOf<typeof fields>;

/** Outside of an image all is taken for 0. */
export class RandomGaussianBlur extends RandomImage<typeof fields> {
  static readonly className = 'RandomGaussianBlur';
  static readonly fields = fields;

  protected override change(ctx: Context, images: Output): Output {
    const { factor, valueRange } = this.options;
    const probability = this.draw(ctx, images, factor);
    const chosen = less(this.draw(ctx, images, [0, 1]), probability);
    const kernel = tile(cast(this.#kernel(ctx, images), images.dtype), [1, 1, images.shape?.at(-1) as number, 1]);
    return clip(where(chosen, depthwiseConv2d(images, kernel, [1, 1], 'same'), images), ...valueRange);
  }

  #kernel(ctx: Context, images: Output): Output {
    const { kernelSize, sigma } = this.options;
    const [low, high] = sigma;
    const sigmas = add(mul(randomUniform(ctx.seed(), [2]), high - low), low + 1e-6);
    const [x, y] = kernelSize.map((n, i) => {
      const places = Array.from({ length: n }, (_, k) => k - (n - 1) / 2);
      const bell = exp(mul(square(div(constantLike(images, places, 'float32'), indexAxis(sigmas, 0, i))), -0.5));
      return div(bell, sum(bell));
    }) as [Output, Output];
    // Keras's: the first size is that of the rows' factors, and what comes out is read as a kernel of that many rows.
    return reshape(mul(reshape(y, [-1, 1]), x), [...kernelSize, 1, 1]);
  }
}

export const randomGaussianBlur = factory<RandomGaussianBlurOptions | undefined, RandomGaussianBlur>(RandomGaussianBlur);
