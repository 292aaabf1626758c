/** Vectors of length 1. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { maximum, mul, rsqrt, square } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { axesField } from './axes-field.js';

const fields = {
  /** The axis or axes of the vectors; the last by default. */
  axis: axesField,
};
export type UnitNormalizationOptions = LayerOptionsOf<typeof fields>;

/** The same shape; a vector of zeros stays one. */
export class UnitNormalization extends Layer<typeof fields> {
  static readonly className = 'UnitNormalization';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(_ctx: Context, x: Output): Output {
    return mul(x, rsqrt(maximum(sum(square(x), this.options.axis, true), 1e-12)));
  }
}

export const unitNormalization = factory<UnitNormalizationOptions | undefined, UnitNormalization>(UnitNormalization);
