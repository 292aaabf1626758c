/** What layers share that change images by some of other layers, which are drawn. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { ifElse } from '../../graph/loop.js';
import { equal } from '../../graph/ops/math.js';
import type { DTypePolicy } from '../engine/dtype-policy.js';
import type { Layer } from '../engine/layer.js';
import { seedField } from '../initializers/initializer.js';
import { type Field, field, oneOf } from '../serialization/fields.js';
import { defaultName } from '../serialization/names.js';
import { AutoContrast } from './auto-contrast.js';
import { Equalization } from './equalization.js';
import { RandomBrightness } from './random-brightness.js';
import { RandomColorDegeneration } from './random-color-degeneration.js';
import { RandomContrast } from './random-contrast.js';
import { type Range, rangeField, valueRangeField } from './random-image.js';
import { RandomPosterization } from './random-posterization.js';
import { RandomRotation } from './random-rotation.js';
import { RandomSharpness } from './random-sharpness.js';
import { RandomShear } from './random-shear.js';
import { RandomTranslation } from './random-translation.js';
import { Solarization } from './solarization.js';

const range = rangeField(0, 1);

/** The options of every such layer, with the default of `factor`. */
export const augmentationFields = (factor: number) => ({
  /** The smallest and the largest value of an image; `[0, 255]` by default. */
  valueRange: valueRangeField,
  /** How strong the layers' changes are, each of which has it as its own option: bounds in `[0, 1]`, or one number `f` for `[0, f]`. */
  factor: field<number | Range, Range>(range.parse, range.serialize, factor) as Field<number | Range, Range, false>,
  /** How images are turned, moved and slanted; `bilinear` by default. */
  interpolation: oneOf(['bilinear', 'nearest'], 'bilinear'),
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
});

/** The config keys of every such layer that have one value: Keras's auto-contrast takes the axes of channels that are last, whatever it is told. */
export const augmentationFixedKeys = { data_format: 'channels_last' } as const;

interface AugmentationValues {
  readonly valueRange: Range;
  readonly factor: Range;
  readonly interpolation: 'bilinear' | 'nearest';
}

/** The layers that are drawn, in the order of Keras's AugMix: the last four are those of its `allOps`. */
export function augmentations(options: AugmentationValues, dtype: DTypePolicy) {
  const { factor, interpolation, valueRange } = options;
  const own = <T extends Layer>(cls: { readonly className: string; new (options: never): T }, given: object): T =>
    new cls({ ...given, dtype, name: defaultName(cls.className) } as never);
  return {
    shear: own(RandomShear, { xFactor: factor, yFactor: factor, interpolation }),
    translation: own(RandomTranslation, { heightFactor: factor, widthFactor: factor, interpolation }),
    rotation: own(RandomRotation, { factor, interpolation }),
    posterization: own(RandomPosterization, { factor: Math.max(1, Math.trunc(8 * factor[1])), valueRange }),
    solarization: own(Solarization, { additionFactor: factor, thresholdFactor: factor, valueRange }),
    autoContrast: own(AutoContrast, { valueRange }),
    equalization: own(Equalization, { valueRange }),
    brightness: own(RandomBrightness, { factor, valueRange }),
    colorDegeneration: own(RandomColorDegeneration, { factor, valueRange }),
    contrast: own(RandomContrast, { factor, valueRange }),
    sharpness: own(RandomSharpness, { factor, valueRange }),
  };
}

/**
 * Images changed by the layer of the given index, a scalar, and by none beyond the last: only that one is run.
 *
 * @param seedOf What a layer draws its numbers from.
 */
export function augmented(
  ctx: Context,
  images: Output,
  layers: readonly Layer[],
  index: Output,
  seedOf: (layer: number) => Output,
): Output {
  return layers.reduce((x, layer, i) => {
    const change = ([own, seed]: Output[]): Output[] => {
      const { graph } = own as Output;
      return [layer.invoke(ctx.inner(graph, new Map(), seed), own as Output) as Output];
    };
    return ifElse(x.graph, equal(index, i), change, ([own]) => [own as Output], [x, seedOf(i)])[0] as Output;
  }, images);
}
