/** The mean of each channel. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims } from '../../graph/ops/array.js';
import { cast, div, mul } from '../../graph/ops/math.js';
import { mean, sum } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { GlobalPooling, type GlobalPoolingOptions, globalPoolingFields } from './global-pooling.js';

/** `[batch, …, channels]` to `[batch, channels]`. */
export class GlobalAveragePooling1D extends GlobalPooling<typeof globalPoolingFields> {
  static readonly className = 'GlobalAveragePooling1D';
  static readonly fields = globalPoolingFields;
  static readonly aliases = ['GlobalAvgPool1D'];

  protected override reduce(ctx: Context, x: Output, axes: readonly number[], keepDims: boolean): Output {
    const mask = ctx.mask(x);
    if (mask !== undefined) {
      // Steps that do not count are left out of the mean.
      const weights = expandDims(cast(mask, x.dtype), -1);
      return div(sum(mul(x, weights), axes, keepDims), sum(weights, axes, keepDims));
    }
    return mean(x, axes, keepDims);
  }
}

export const globalAveragePooling1d = factory<GlobalPoolingOptions | undefined, GlobalAveragePooling1D>(GlobalAveragePooling1D);
