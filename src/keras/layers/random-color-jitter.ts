/** Images of other brightness, contrast, saturation and hue at random in training. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import type { Shape } from '../../tensor-spec.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { seedField } from '../initializers/initializer.js';
import { optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { checkColours } from './images.js';
import { RandomBrightness } from './random-brightness.js';
import { RandomContrast } from './random-contrast.js';
import { RandomHue } from './random-hue.js';
import { RandomImage, rangeField, valueRangeField } from './random-image.js';
import { RandomSaturation } from './random-saturation.js';

const fields = {
  /** The smallest and the largest value of an image; `[0, 255]` by default. */
  valueRange: valueRangeField,
  /** The `factor` of {@link RandomBrightness}, which comes first; by default brightness stays. */
  brightnessFactor: optional(rangeField(-1, 1)),
  /** The `factor` of {@link RandomContrast}; by default contrast stays. */
  contrastFactor: optional(rangeField(0, 1)),
  /** The `factor` of {@link RandomSaturation}; by default saturation stays. */
  saturationFactor: optional(rangeField(-1, 1)),
  /** The `factor` of {@link RandomHue}, which comes last; by default hue stays. */
  hueFactor: optional(rangeField(0, 1)),
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
};
export type RandomColorJitterOptions = LayerOptionsOf<typeof fields>;

/** What has a factor is changed, one after the other. */
export class RandomColorJitter extends RandomImage<typeof fields> {
  static readonly className = 'RandomColorJitter';
  static readonly fields = fields;
  // Keras takes the axes of channels that are last, whatever it is told.
  static readonly fixedKeys = { data_format: 'channels_last' };

  protected override build(shape: Shape): void {
    if (this.options.saturationFactor !== null || this.options.hueFactor !== null) checkColours(this.name, shape);
  }

  protected override change(ctx: Context, images: Output): Output {
    const { valueRange, brightnessFactor, contrastFactor, saturationFactor, hueFactor } = this.options;
    const steps = [
      [RandomBrightness, brightnessFactor],
      [RandomContrast, contrastFactor],
      [RandomSaturation, saturationFactor],
      [RandomHue, hueFactor],
    ] as const;
    return steps.reduce(
      (x, [Step, factor]) =>
        factor === null ? x : (new Step({ factor, valueRange, name: this.name, dtype: this.policy }).invoke(ctx, x) as Output),
      images,
    );
  }
}

export const randomColorJitter = factory<RandomColorJitterOptions | undefined, RandomColorJitter>(RandomColorJitter);
