/** What layers that change hue or saturation of images at random share. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, split } from '../../graph/ops/array.js';
import { op } from '../../graph/ops/core.js';
import { cast } from '../../graph/ops/math.js';
import type { Shape } from '../../tensor-spec.js';
import type { Fields } from '../serialization/fields.js';
import { checkColours } from './images.js';
import { RandomImage } from './random-image.js';

/** Images of red, green and blue, changed as images of hue, saturation and value, the first two in `[0, 1]`. */
export abstract class RandomColor<F extends Fields = Fields> extends RandomImage<F> {
  /** The changed hue and saturation of images. */
  protected abstract recolor(ctx: Context, hue: Output, saturation: Output): readonly [Output, Output];

  protected override build(shape: Shape): void {
    checkColours(this.name, shape);
  }

  protected override change(ctx: Context, images: Output): Output {
    const [hue, saturation, value] = split(op('RGBToHSV', [cast(images, 'float32')]), 3, -1) as [Output, Output, Output];
    return cast(op('HSVToRGB', [concat([...this.recolor(ctx, hue, saturation), value], -1)]), images.dtype);
  }
}
