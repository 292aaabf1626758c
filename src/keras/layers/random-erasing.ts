/** Images of which a rectangle is erased at random in training: Zhong et al., "Random Erasing Data Augmentation", AAAI 2020 (arXiv:1708.04896). */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { range, reshape, shapeOf, sizeOfAxis, sizeOutput, split } from '../../graph/ops/array.js';
import { constantLike } from '../../graph/ops/core.js';
import { add, cast, clip, greaterEqual, less, logicalAnd, mul, sqrt, sub, where } from '../../graph/ops/math.js';
import { randomNormal, randomUniform } from '../../graph/ops/random.js';
import type { Shape } from '../../tensor-spec.js';
import { checkNumber, mustHold } from '../../validate.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { checkColours } from './images.js';
import { RandomImage, type Range, randomImageFields, rangeField, valueRangeField } from './random-image.js';

type Colour = readonly [number, number, number];

const share = rangeField(0, 1);
const fillValue = field<number | Colour, number | Colour>(
  (name, value) => {
    if (!Array.isArray(value)) return checkNumber(name, value);
    if (value.length !== 3) throw mustHold(name, 'a number or a list of three', value);
    return value.map((v, i) => checkNumber(`${name}[${i}]`, v)) as unknown as Colour;
  },
  (value) => value,
);

const fields = {
  /** The share of images of which a part is erased: bounds in `[0, 1]`, or one number `f` for `[0, f]`; 1 by default, which is half of them. */
  factor: field<number | Range, Range>(share.parse, share.serialize, 1),
  /** The squares of the rectangle's height and of its width, each drawn by itself, as parts of the image's: bounds in `[0, 1]`, or one number `f` for `[0, f]`; `[0.02, 0.33]` by default. */
  scale: field<number | Range, Range>(share.parse, share.serialize, [0.02, 0.33]),
  /** What the rectangle is filled with: a number, one for red, green and blue each, or noise (default), normal with mean 0 and the largest value as standard deviation. */
  fillValue: optional(fillValue),
  /** The smallest and the largest value of an image, which fill values are clipped to; `[0, 255]` by default. */
  valueRange: valueRangeField,
  ...randomImageFields,
};
export type RandomErasingOptions = LayerOptionsOf<typeof fields>;

export class RandomErasing extends RandomImage<typeof fields> {
  static readonly className = 'RandomErasing';
  static readonly fields = fields;

  protected override build(shape: Shape): void {
    if (Array.isArray(this.options.fillValue)) checkColours(this.name, shape);
  }

  protected override change(ctx: Context, images: Output): Output {
    const { factor, scale } = this.options;
    const [low, high] = scale;
    const sides = sqrt(add(mul(randomUniform(ctx.seed(), [sizeOfAxis(images, 0), 2]), high - low), low));
    const [width, height] = split(reshape(sides, [-1, 1, 1, 2]), 2, -1) as [Output, Output];
    const columns = this.#between(ctx, images, 2, width);
    const erased = logicalAnd(columns, this.#between(ctx, images, 1, height));
    const probability = this.draw(ctx, images, factor);
    const chosen = less(this.draw(ctx, images, [0, 1]), probability);
    return where(logicalAnd(erased, chosen), this.#filling(ctx, images), images);
  }

  /** Which places along an axis are within a rectangle that takes `part` of it. */
  #between(ctx: Context, images: Output, axis: 1 | 2, part: Output): Output {
    const size = sizeOfAxis(images, axis);
    const all = cast(sizeOutput(images, size), 'float32');
    const length = mul(part, all);
    const start = mul(this.draw(ctx, images, [0, 1]), sub(all, length));
    const places = reshape(cast(range(images, 0, size), 'float32'), axis === 1 ? [1, size, 1, 1] : [1, 1, size, 1]);
    return logicalAnd(greaterEqual(places, start), less(places, add(start, length)));
  }

  #filling(ctx: Context, images: Output): Output {
    const { fillValue, valueRange } = this.options;
    const filling =
      fillValue === null ? mul(randomNormal(ctx.seed(), shapeOf(images)), valueRange[1]) : constantLike(images, fillValue, 'float32');
    return cast(clip(filling, ...valueRange), images.dtype);
  }
}

export const randomErasing = factory<RandomErasingOptions | undefined, RandomErasing>(RandomErasing);
