/** The mean of each window; padding does not count. */
import type { Output } from '../../graph/graph.js';
import { avgPool, type Padding } from '../../graph/ops/nn.js';
import { factory } from '../serialization/keras-object.js';
import { Pooling, type PoolingOptions, poolingFields } from './pooling.js';

const fields = poolingFields(3);

/** `[batch, depth, height, width, channels]`, the spatial axes divided by the strides. */
export class AveragePooling3D extends Pooling<typeof fields> {
  static readonly className = 'AveragePooling3D';
  static readonly fields = fields;
  static readonly aliases = ['AvgPool3D'];

  protected override pool(x: Output, size: readonly number[], strides: readonly number[], padding: Padding): Output {
    return avgPool(x, size, strides, padding);
  }
}

export const averagePooling3d = factory<PoolingOptions | undefined, AveragePooling3D>(AveragePooling3D);
