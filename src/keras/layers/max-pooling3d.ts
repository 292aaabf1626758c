/** The largest value of each window. */
import type { Output } from '../../graph/graph.js';
import { maxPool, type Padding } from '../../graph/ops/nn.js';
import { factory } from '../serialization/keras-object.js';
import { Pooling, type PoolingOptions, poolingFields } from './pooling.js';

const fields = poolingFields(3);

/** `[batch, depth, height, width, channels]`, the spatial axes divided by the strides. */
export class MaxPooling3D extends Pooling<typeof fields> {
  static readonly className = 'MaxPooling3D';
  static readonly fields = fields;
  static readonly aliases = ['MaxPool3D'];

  protected override pool(x: Output, size: readonly number[], strides: readonly number[], padding: Padding): Output {
    return maxPool(x, size, strides, padding);
  }
}

export const maxPooling3d = factory<PoolingOptions | undefined, MaxPooling3D>(MaxPooling3D);
