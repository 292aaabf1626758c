/** Images flipped at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { reverse, type Size, sizeOfAxis } from '../../graph/ops/array.js';
import { cast, lessEqual, where } from '../../graph/ops/math.js';
import { randomUniform } from '../../graph/ops/random.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { seedField } from '../initializers/initializer.js';
import { oneOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';
import { checkImages } from './images.js';

const fields = {
  /** Which way: left to right, top to bottom, or both at once (default). */
  mode: oneOf(['horizontal', 'vertical', 'horizontal_and_vertical'], 'horizontal_and_vertical'),
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
  dataFormat,
};
export type RandomFlipOptions = LayerOptionsOf<typeof fields>;

/** `[batch, height, width, channels]`, as floats; each image is flipped with probability 1/2. */
export class RandomFlip extends Layer<typeof fields> {
  static readonly className = 'RandomFlip';
  static readonly fields = fields;
  static readonly ignoredKeys = ['rng_type', 'factor', 'bounding_box_format', 'value_range'];

  protected override call(ctx: Context, x: Output): Output {
    checkImages(this.name, x);
    const images = cast(x, this.policy.compute);
    if (!ctx.training) return images;
    const { mode } = this.options;
    const axes = [...(mode === 'vertical' ? [] : [2]), ...(mode === 'horizontal' ? [] : [1])];
    const flips = lessEqual(randomUniform(ctx.seed(), [sizeOfAxis(x, 0) as Size, 1, 1, 1]), 0.5);
    return where(flips, reverse(images, axes), images);
  }
}

export const randomFlip = factory<RandomFlipOptions | undefined, RandomFlip>(RandomFlip);
