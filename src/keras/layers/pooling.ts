/** Pooling over windows: the base of `maxPooling…` and `averagePooling…` in one, two and three dimensions. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import type { Padding } from '../../graph/ops/nn.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { type Fields, field, oneOf, optional, spatial } from '../serialization/fields.js';
import { dataFormat } from './data-format.js';

/** The options of pooling over `rank` spatial axes. */
export const poolingFields = (rank: number) => ({
  /** Size of the window; 2 by default. */
  poolSize: spatial(rank, { default: 2 }),
  /** Steps between windows; the window's size by default. */
  strides: optional(field<number | readonly number[], readonly number[]>(spatial(rank).parse, (value) => [...value])),
  /** `valid` (default) leaves out windows that do not fit, `same` pads. */
  padding: oneOf(['valid', 'same'], 'valid'),
  dataFormat,
});
export type PoolingOptions = LayerOptionsOf<ReturnType<typeof poolingFields>>;

/** Subclasses say which op pools. */
export abstract class Pooling<F extends Fields = Fields> extends Layer<F> {
  protected abstract pool(x: Output, size: readonly number[], strides: readonly number[], padding: Padding): Output;

  protected override build(shape: Shape): void {
    const { poolSize } = this.options as unknown as { poolSize: readonly number[] };
    if (shape.length !== poolSize.length + 2)
      throw new ValueError(`layer \`${this.name}\` needs an input of ${poolSize.length + 2} axes, received [${shape.join(', ')}]`);
  }

  protected override call(_ctx: Context, x: Output): Output {
    const { poolSize, strides, padding } = this.options as unknown as {
      poolSize: readonly number[];
      strides: readonly number[] | null;
      padding: Padding;
    };
    return this.pool(x, poolSize, strides ?? poolSize, padding);
  }
}
