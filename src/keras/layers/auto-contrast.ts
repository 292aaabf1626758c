/** Images whose values fill their range. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { cast, clip, div, mul, nan, sub, where } from '../../graph/ops/math.js';
import { max, min } from '../../graph/ops/reduce.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { checkImages, rescaled } from './images.js';
import { valueRangeField } from './random-image.js';

const fields = {
  /** The smallest and the largest value of an image; `[0, 255]` by default. */
  valueRange: valueRangeField,
};
export type AutoContrastOptions = LayerOptionsOf<typeof fields>;

/** `[batch, height, width, channels]`, as floats of the same shape, in training and inference; a channel of one value stays. */
export class AutoContrast extends Layer<typeof fields> {
  static readonly className = 'AutoContrast';
  static readonly fields = fields;
  static readonly ignoredKeys = ['bounding_box_format'];
  // Keras takes the axes of channels that are last, whatever it is told.
  static readonly fixedKeys = { data_format: 'channels_last' };

  protected override call(_ctx: Context, x: Output): Output {
    checkImages(this.name, x);
    const { valueRange } = this.options;
    const own = cast(x, this.policy.compute);
    const images = rescaled(own, valueRange, [0, 255]);
    const low = min(images, [1, 2], true);
    const scale = div(255, sub(max(images, [1, 2], true), low));
    const stretched = rescaled(clip(sub(mul(images, scale), mul(low, scale)), 0, 255), [0, 255], valueRange);
    return where(nan(stretched), own, stretched);
  }
}

export const autoContrast = factory<AutoContrastOptions | undefined, AutoContrast>(AutoContrast);
