/** Images in another size. */
import { type DType, isFloating } from '../../dtype.js';
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { pad, slice } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { cast, clip, round } from '../../graph/ops/math.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { boolean, integer, number, oneOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';
import { checkImages } from './images.js';

const fields = {
  /** Height of the result, at least 1. */
  height: integer({ min: 1 }),
  /** Width of the result, at least 1. */
  width: integer({ min: 1 }),
  /** `bilinear` by default. */
  interpolation: oneOf(['bilinear', 'nearest', 'bicubic', 'area', 'lanczos3', 'lanczos5'], 'bilinear'),
  /** Cuts the image's edges first, so that its proportions stay; `false` by default. */
  cropToAspectRatio: boolean(false),
  /** Puts `fillValue` around the image first, so that its proportions stay; `false` by default. */
  padToAspectRatio: boolean(false),
  fillMode: oneOf(['constant'], 'constant'),
  /** 0 by default. */
  fillValue: number({ default: 0 }),
  /** Whether a smaller result is smoothed by a filter of the scale's width; `false` by default. */
  antialias: boolean(false),
  dataFormat,
};
export type ResizingOptions = LayerOptionsOf<typeof fields>;

const OPS = { bilinear: 'ResizeBilinear', nearest: 'ResizeNearestNeighbor', bicubic: 'ResizeBicubic' } as const;
const KERNELS = { bilinear: 'triangle', bicubic: 'keyscubic', lanczos3: 'lanczos3', lanczos5: 'lanczos5' } as const;
// The largest numbers of the types that images come in.
const LARGEST: Partial<Record<DType, number>> = { uint8: 255, int8: 127, uint16: 65535, int16: 32767 };

/** `[batch, height, width, channels]` to the new height and width, in the same element type: whole numbers are rounded. */
export class Resizing extends Layer<typeof fields> {
  static readonly className = 'Resizing';
  static readonly fields = fields;
  static readonly ignoredKeys = ['factor', 'bounding_box_format', 'value_range'];

  protected override build(shape: Shape): void {
    const { cropToAspectRatio: crop, padToAspectRatio: padded } = this.options;
    if (crop && padded)
      throw new ValueError(`layer \`${this.name}\` can have one of \`cropToAspectRatio\` and \`padToAspectRatio\`, received both`);
    if ((crop || padded) && (shape[1] === null || shape[2] === null))
      throw new ValueError(`layer \`${this.name}\` needs images of a known size to keep their proportions, received [${shape.join(', ')}]`);
  }

  protected override call(_ctx: Context, x: Output): Output {
    checkImages(this.name, x);
    const { cropToAspectRatio, padToAspectRatio } = this.options;
    const resized = this.#resize(cropToAspectRatio ? this.#cropped(x) : padToAspectRatio ? this.#padded(x) : x);
    if (resized.dtype === x.dtype || isFloating(x.dtype)) return cast(resized, x.dtype);
    const most = LARGEST[x.dtype];
    const whole = round(resized);
    return cast(most === undefined ? whole : clip(whole, x.dtype.startsWith('u') ? 0 : -most - 1, most), x.dtype);
  }

  #resize(x: Output): Output {
    const { height, width, interpolation, antialias } = this.options;
    const size = constantLike(x, [height, width]);
    if (interpolation === 'area') return op('ResizeArea', [x, size]);
    const filtered = interpolation.startsWith('lanczos') || (antialias && interpolation !== 'nearest');
    if (!filtered) return op(OPS[interpolation as keyof typeof OPS], [x, size], { half_pixel_centers: true });
    const [, h, w] = x.shape as Shape;
    if (typeof h !== 'number' || typeof w !== 'number')
      throw new ValueError(`layer \`${this.name}\` needs images of a known size for ${interpolation} with a filter, received ${x}`);
    const scale = constantLike(x, [height / h, width / w], 'float32');
    // The op and its gradient agree in single precision only.
    return op('ScaleAndTranslate', [cast(x, 'float32'), size, scale, constantLike(x, [0, 0], 'float32')], {
      kernel_type: KERNELS[interpolation as keyof typeof KERNELS],
      antialias,
    });
  }

  #cropped(x: Output): Output {
    const [, h, w] = x.shape as [null, number, number];
    const { height, width } = this.options;
    const [newHeight, newWidth] = [
      Math.max(Math.min(h, Math.trunc((w * height) / width)), 1),
      Math.max(Math.min(w, Math.trunc((h * width) / height)), 1),
    ];
    return slice(x, [0, Math.trunc((h - newHeight) / 2), Math.trunc((w - newWidth) / 2), 0], [-1, newHeight, newWidth, -1]);
  }

  #padded(x: Output): Output {
    const [, h, w] = x.shape as [null, number, number];
    const { height, width, fillValue } = this.options;
    // Keras puts the same on both sides, so an odd rest is left out.
    const [top, left] = [
      Math.trunc((Math.max(h, Math.trunc((w * height) / width)) - h) / 2),
      Math.trunc((Math.max(w, Math.trunc((h * width) / height)) - w) / 2),
    ];
    return pad(
      x,
      [
        [0, 0],
        [top, top],
        [left, left],
        [0, 0],
      ],
      fillValue,
    );
  }
}

export const resizing = factory<ResizingOptions, Resizing>(Resizing);
