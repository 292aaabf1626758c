/** Enlarges images. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { type Size, sizes, sizesOf } from '../../graph/ops/array.js';
import { op } from '../../graph/ops/core.js';
import { cast, mul } from '../../graph/ops/math.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { oneOf, spatial } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';
import { repeatAxis } from './repeat-axis.js';

const OPS = { bilinear: 'ResizeBilinear', bicubic: 'ResizeBicubic' } as const;

const fields = {
  /** Factors of height and width; 2 by default. */
  size: spatial(2, { default: 2 }),
  dataFormat,
  /** How values between pixels are made; `nearest` by default. */
  interpolation: oneOf(['nearest', 'bilinear', 'bicubic'], 'nearest'),
};
export type UpSampling2DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, height, width, channels]`, height and width multiplied by `size`. */
export class UpSampling2D extends Layer<typeof fields> {
  static readonly className = 'UpSampling2D';
  static readonly fields = fields;

  protected override call(_ctx: Context, x: Output): Output {
    const { size, interpolation } = this.options;
    const [height, width] = size as readonly [number, number];
    if (interpolation === 'nearest') return repeatAxis(repeatAxis(x, 1, height), 2, width);
    const scaled = (value: Size, factor: number): Size => (typeof value === 'number' ? value * factor : mul(value, factor));
    const [, h, w] = sizesOf(x) as [Size, Size, Size];
    return cast(op(OPS[interpolation], [x, sizes(x, [scaled(h, height), scaled(w, width)])], { half_pixel_centers: true }), x.dtype);
  }
}

export const upSampling2d = factory<UpSampling2DOptions | undefined, UpSampling2D>(UpSampling2D);
