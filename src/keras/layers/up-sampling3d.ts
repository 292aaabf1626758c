/** Repeats the places of the spatial axes. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { spatial } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';
import { repeatAxis } from './repeat-axis.js';

const fields = {
  /** How often each place comes; 2 by default. */
  size: spatial(3, { default: 2 }),
  dataFormat,
};
export type UpSampling3DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, …, channels]`, the spatial axes multiplied by `size`. */
export class UpSampling3D extends Layer<typeof fields> {
  static readonly className = 'UpSampling3D';
  static readonly fields = fields;

  protected override call(_ctx: Context, x: Output): Output {
    return this.options.size.reduce((y, times, i) => repeatAxis(y, i + 1, times), x);
  }
}

export const upSampling3d = factory<UpSampling3DOptions | undefined, UpSampling3D>(UpSampling3D);
