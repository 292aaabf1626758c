/** What layers that change images at random in training share. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { type Size, sizeOfAxis } from '../../graph/ops/array.js';
import { add, cast, mul } from '../../graph/ops/math.js';
import { randomUniform } from '../../graph/ops/random.js';
import { checkNumber, mustHold } from '../../validate.js';
import { Layer } from '../engine/layer.js';
import { seedField } from '../initializers/initializer.js';
import { type Field, type Fields, field } from '../serialization/fields.js';
import { dataFormat } from './data-format.js';
import { checkImages } from './images.js';

/** The bounds between which a number is drawn for each image. */
export type Range = readonly [number, number];

export const randomImageFields = {
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
  dataFormat,
};

/** Two bounds, or one number `f` for `[-f, f]`, within limits. */
export const rangeField = (min: number, max: number): Field<number | Range, Range, true> =>
  field<number | Range, Range>(
    (name, value) => {
      const [low, high] = typeof value === 'number' ? [Math.max(-Math.abs(value), min), Math.abs(value)] : pairOf(name, value);
      return [checkNumber(name, low, { min, max }), checkNumber(name, high, { min, max })];
    },
    (value) => [...value],
  );

/** The smallest and the largest value of an image; `[0, 255]` by default. */
export const valueRangeField: Field<Range, Range, false> = field<Range, Range>(
  (name, value) => pairOf(name, value),
  (value) => [...value],
  [0, 255],
);

function pairOf(name: string, value: unknown): Range {
  if (!Array.isArray(value) || value.length !== 2) throw mustHold(name, 'a number or a list of two', value);
  const [a, b] = value.map((v, i) => checkNumber(`${name}[${i}]`, v)) as [number, number];
  return [Math.min(a, b), Math.max(a, b)];
}

/** `[batch, height, width, channels]`, as floats of the same shape; in inference images stay. */
export abstract class RandomImage<F extends Fields = Fields> extends Layer<F> {
  static readonly ignoredKeys = ['rng_type', 'bounding_box_format'];

  /** The changed images. */
  protected abstract change(ctx: Context, images: Output): Output;

  protected override call(ctx: Context, x: Output): Output {
    checkImages(this.name, x);
    const images = cast(x, this.policy.compute);
    return ctx.training ? this.change(ctx, images) : images;
  }

  /** A number for each image, `[batch, 1, 1, 1]` or of as many axes as asked for. */
  protected draw(ctx: Context, images: Output, [low, high]: Range, rank = 4): Output {
    const shape = [sizeOfAxis(images, 0), ...Array.from({ length: rank - 1 }, (): Size => 1)];
    return add(mul(randomUniform(ctx.seed(), shape), high - low), low);
  }
}
