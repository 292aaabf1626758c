/** Spatial axes without their edges. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { sliceAxis } from '../../graph/ops/array.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';
import { edges } from './edges.js';

const fields = {
  /** What is cut off before and after each axis: one number, one per axis, or a pair per axis; 1 by default. */
  cropping: edges(3, 1),
  dataFormat,
};
export type Cropping3DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, …, channels]` with smaller spatial axes. */
export class Cropping3D extends Layer<typeof fields> {
  static readonly className = 'Cropping3D';
  static readonly fields = fields;

  protected override build(shape: Shape): void {
    this.options.cropping.forEach(([before, after], i) => {
      const size = shape[i + 1];
      if (typeof size === 'number' && before + after >= size)
        throw new ValueError(
          `\`cropping\` of layer \`${this.name}\` must leave something of axis ${i + 1} of size ${size}, received [${before}, ${after}]`,
        );
    });
  }

  protected override call(_ctx: Context, x: Output): Output {
    return this.options.cropping.reduce(
      (y, [before, after], i) => (before === 0 && after === 0 ? y : sliceAxis(y, i + 1, before, after === 0 ? undefined : -after)),
      x,
    );
  }
}

export const cropping3d = factory<Cropping3DOptions | undefined, Cropping3D>(Cropping3D);
