/** Dropout of whole channels: Tompson et al., CVPR 2015, https://arxiv.org/abs/1411.4280. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { type Size, sizesOf } from '../../graph/ops/array.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { seedField } from '../initializers/initializer.js';
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';
import { drop } from './dropout.js';

const fields = {
  /** Share of the channels that become 0, in `[0, 1]`; the others are scaled up. */
  rate: number({ min: 0, max: 1 }),
  dataFormat,
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
};
export type SpatialDropout3DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, …, channels]`; the same shape. */
export class SpatialDropout3D extends Layer<typeof fields> {
  static readonly className = 'SpatialDropout3D';
  static readonly fields = fields;
  static readonly ignoredKeys = ['noise_shape'];
  protected override readonly supportsMasking = true;

  /** Keras takes no `trainable` for it. */
  override getConfig(): Record<string, unknown> {
    const { trainable: _, ...config } = super.getConfig();
    return config;
  }

  protected override call(ctx: Context, x: Output): Output {
    const sizes = sizesOf(x);
    return drop(ctx, x, this.options.rate, () => sizes.map((size, i): Size => (i === 0 || i === sizes.length - 1 ? size : 1)));
  }
}

export const spatialDropout3d = factory<SpatialDropout3DOptions, SpatialDropout3D>(SpatialDropout3D);
