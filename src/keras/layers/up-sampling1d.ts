/** Repeats the steps of sequences. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { repeatAxis } from './repeat-axis.js';

const fields = {
  /** How often each place comes; 2 by default. */
  size: integer({ min: 1, default: 2 }),
};
export type UpSampling1DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, steps, channels]`; `size` times as many steps. */
export class UpSampling1D extends Layer<typeof fields> {
  static readonly className = 'UpSampling1D';
  static readonly fields = fields;

  protected override call(_ctx: Context, x: Output): Output {
    return repeatAxis(x, 1, this.options.size);
  }
}

export const upSampling1d = factory<UpSampling1DOptions | undefined, UpSampling1D>(UpSampling1D);
