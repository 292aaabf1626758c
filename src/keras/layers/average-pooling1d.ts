/** The mean of each window; padding does not count. */
import type { Output } from '../../graph/graph.js';
import { avgPool, type Padding } from '../../graph/ops/nn.js';
import { factory } from '../serialization/keras-object.js';
import { Pooling, type PoolingOptions, poolingFields } from './pooling.js';

const fields = poolingFields(1);

/** `[batch, steps, channels]`, the spatial axes divided by the strides. */
export class AveragePooling1D extends Pooling<typeof fields> {
  static readonly className = 'AveragePooling1D';
  static readonly fields = fields;
  static readonly aliases = ['AvgPool1D'];

  protected override pool(x: Output, size: readonly number[], strides: readonly number[], padding: Padding): Output {
    return avgPool(x, size, strides, padding);
  }
}

export const averagePooling1d = factory<PoolingOptions | undefined, AveragePooling1D>(AveragePooling1D);
