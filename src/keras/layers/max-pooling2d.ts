/** The largest value of each window. */
import type { Output } from '../../graph/graph.js';
import { maxPool, type Padding } from '../../graph/ops/nn.js';
import { factory } from '../serialization/keras-object.js';
import { Pooling, type PoolingOptions, poolingFields } from './pooling.js';

const fields = poolingFields(2);

/** `[batch, height, width, channels]`, the spatial axes divided by the strides. */
export class MaxPooling2D extends Pooling<typeof fields> {
  static readonly className = 'MaxPooling2D';
  static readonly fields = fields;
  static readonly aliases = ['MaxPool2D'];

  protected override pool(x: Output, size: readonly number[], strides: readonly number[], padding: Padding): Output {
    return maxPool(x, size, strides, padding);
  }
}

export const maxPooling2d = factory<PoolingOptions | undefined, MaxPooling2D>(MaxPooling2D);
