/** Nothing changed. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { Layer, type LayerOptions } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';

const fields = {};

/** The same shape. */
export class Identity extends Layer<typeof fields> {
  static readonly className = 'Identity';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(_ctx: Context, x: Output): Output {
    return x;
  }
}

export const identity = factory<LayerOptions | undefined, Identity>(Identity);
