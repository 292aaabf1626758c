/** The largest value of each channel. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { max } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { GlobalPooling, type GlobalPoolingOptions, globalPoolingFields } from './global-pooling.js';

/** `[batch, …, channels]` to `[batch, channels]`. */
export class GlobalMaxPooling1D extends GlobalPooling<typeof globalPoolingFields> {
  static readonly className = 'GlobalMaxPooling1D';
  static readonly fields = globalPoolingFields;
  static readonly aliases = ['GlobalMaxPool1D'];

  protected override reduce(_ctx: Context, x: Output, axes: readonly number[], keepDims: boolean): Output {
    return max(x, axes, keepDims);
  }
}

export const globalMaxPooling1d = factory<GlobalPoolingOptions | undefined, GlobalMaxPooling1D>(GlobalMaxPooling1D);
