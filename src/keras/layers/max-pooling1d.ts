/** The largest value of each window. */
import type { Output } from '../../graph/graph.js';
import { maxPool, type Padding } from '../../graph/ops/nn.js';
import { factory } from '../serialization/keras-object.js';
import { Pooling, type PoolingOptions, poolingFields } from './pooling.js';

const fields = poolingFields(1);

/** `[batch, steps, channels]`, the spatial axes divided by the strides. */
export class MaxPooling1D extends Pooling<typeof fields> {
  static readonly className = 'MaxPooling1D';
  static readonly fields = fields;
  static readonly aliases = ['MaxPool1D'];

  protected override pool(x: Output, size: readonly number[], strides: readonly number[], padding: Padding): Output {
    return maxPool(x, size, strides, padding);
  }
}

export const maxPooling1d = factory<PoolingOptions | undefined, MaxPooling1D>(MaxPooling1D);
