/** The base of pooling over all steps or all places. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { boolean, type Fields } from '../serialization/fields.js';
import { dataFormat } from './data-format.js';

export const globalPoolingFields = {
  dataFormat,
  /** Whether the pooled axes stay, with size 1; `false` by default. */
  keepdims: boolean(false),
};
export type GlobalPoolingOptions = LayerOptionsOf<typeof globalPoolingFields>;

/** Subclasses reduce the axes between the batch and the channels. */
export abstract class GlobalPooling<F extends Fields = Fields> extends Layer<F> {
  protected abstract reduce(ctx: Context, x: Output, axes: readonly number[], keepDims: boolean): Output;

  protected override call(ctx: Context, x: Output): Output {
    const { keepdims } = this.options as unknown as { keepdims: boolean };
    return this.reduce(
      ctx,
      x,
      Array.from({ length: x.rank - 2 }, (_, i) => i + 1),
      keepdims,
    );
  }
}
