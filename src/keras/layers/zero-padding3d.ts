/** Zeros around the spatial axes. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { pad } from '../../graph/ops/array.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';
import { edges } from './edges.js';

const fields = {
  /** Zeros before and after each axis: one number, one per axis, or a pair per axis; 1 by default. */
  padding: edges(3, 1),
  dataFormat,
};
export type ZeroPadding3DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, …, channels]` with larger spatial axes. */
export class ZeroPadding3D extends Layer<typeof fields> {
  static readonly className = 'ZeroPadding3D';
  static readonly fields = fields;

  protected override call(_ctx: Context, x: Output): Output {
    return pad(x, [[0, 0], ...this.options.padding, [0, 0]]);
  }
}

export const zeroPadding3d = factory<ZeroPadding3DOptions | undefined, ZeroPadding3D>(ZeroPadding3D);
