/** The mean of each channel. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { mean } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { GlobalPooling, type GlobalPoolingOptions, globalPoolingFields } from './global-pooling.js';

/** `[batch, …, channels]` to `[batch, channels]`. */
export class GlobalAveragePooling2D extends GlobalPooling<typeof globalPoolingFields> {
  static readonly className = 'GlobalAveragePooling2D';
  static readonly fields = globalPoolingFields;
  static readonly aliases = ['GlobalAvgPool2D'];

  protected override reduce(_ctx: Context, x: Output, axes: readonly number[], keepDims: boolean): Output {
    return mean(x, axes, keepDims);
  }
}

export const globalAveragePooling2d = factory<GlobalPoolingOptions | undefined, GlobalAveragePooling2D>(GlobalAveragePooling2D);
