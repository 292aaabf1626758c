/** The middle of images. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { slice } from '../../graph/ops/array.js';
import { cast } from '../../graph/ops/math.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';
import { checkImages, checkKnownSize } from './images.js';
import { Resizing } from './resizing.js';

const fields = {
  /** Height of the result, at least 1. */
  height: integer({ min: 1 }),
  /** Width of the result, at least 1. */
  width: integer({ min: 1 }),
  dataFormat,
};
export type CenterCropOptions = LayerOptionsOf<typeof fields>;

/** `[batch, height, width, channels]`, as floats; images that are too small are cut to the proportions of the result, and enlarged. */
export class CenterCrop extends Layer<typeof fields> {
  static readonly className = 'CenterCrop';
  static readonly fields = fields;

  protected override build(shape: Shape): void {
    checkKnownSize(this.name, shape);
  }

  protected override call(ctx: Context, given: Output): Output {
    checkImages(this.name, given);
    const { height, width } = this.options;
    const x = cast(given, this.policy.compute);
    const [, h, w] = x.shape as [null, number, number];
    if (h >= height && w >= width) return slice(x, [0, (h - height) >> 1, (w - width) >> 1, 0], [-1, height, width, -1]);
    return new Resizing({ height, width, cropToAspectRatio: true, dtype: this.policy }).invoke(ctx, x) as Output;
  }
}

export const centerCrop = factory<CenterCropOptions, CenterCrop>(CenterCrop);
