/** The mean of each window; padding does not count. */
import type { Output } from '../../graph/graph.js';
import { avgPool, type Padding } from '../../graph/ops/nn.js';
import { factory } from '../serialization/keras-object.js';
import { Pooling, type PoolingOptions, poolingFields } from './pooling.js';

const fields = poolingFields(2);

/** `[batch, height, width, channels]`, the spatial axes divided by the strides. */
export class AveragePooling2D extends Pooling<typeof fields> {
  static readonly className = 'AveragePooling2D';
  static readonly fields = fields;
  static readonly aliases = ['AvgPool2D'];

  protected override pool(x: Output, size: readonly number[], strides: readonly number[], padding: Padding): Output {
    return avgPool(x, size, strides, padding);
  }
}

export const averagePooling2d = factory<PoolingOptions | undefined, AveragePooling2D>(AveragePooling2D);
