/**
 * Initializers whose variance is scaled by the weight's fan.
 *
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010; He et al., "Delving deep
 * into rectifiers", ICCV 2015; LeCun et al., "Efficient backprop", 1998.
 */
import type { Random } from '../../random.js';
import { integer, list, number, type OptionsOf, oneOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import type { SerializableClass } from '../serialization/registry.js';
import { fans, Initializer, seedField } from './initializer.js';
import { truncatedNormal } from './random.js';

const axes = optional(list(integer()));
const presetFields = {
  /** A whole number for the same values every time, `null` (default) for others. */
  seed: seedField,
  /** The axes of inputs; the last but one by default. */
  inputAxes: axes,
  /** The axes of outputs; the last by default. */
  outputAxes: axes,
};

const fields = {
  /** Scales the variance; positive, 1 by default. */
  scale: number({ min: 0, exclusive: true, default: 1 }),
  /** What the variance is divided by: the number of inputs (default), of outputs, or the mean of both. */
  mode: oneOf(['fan_in', 'fan_out', 'fan_avg'], 'fan_in'),
  /** `truncated_normal` by default. */
  distribution: oneOf(['truncated_normal', 'untruncated_normal', 'uniform'], 'truncated_normal'),
  ...presetFields,
};

export class VarianceScaling extends Initializer<typeof fields> {
  static readonly className = 'VarianceScaling';
  static readonly fields = fields;

  protected override fill(data: Float32Array, shape: readonly number[], random: Random): void {
    fillScaled(data, shape, random, this.options);
  }
}

type Mode = 'fan_in' | 'fan_out' | 'fan_avg';
type Distribution = 'truncated_normal' | 'untruncated_normal' | 'uniform';

interface Scaling {
  readonly scale: number;
  readonly mode: Mode;
  readonly distribution: Distribution;
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;
}

function fillScaled(data: Float32Array, shape: readonly number[], random: Random, options: Scaling): void {
  const { scale, mode, distribution } = options;
  const { fanIn, fanOut } = fans(shape, options.inputAxes, options.outputAxes);
  const variance = scale / Math.max(1, mode === 'fan_in' ? fanIn : mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2);
  // The standard deviation of a normal cut at two of its own is 0.8796 of it: dividing restores the variance.
  const scaled = {
    uniform: Math.sqrt(3 * variance),
    untruncated_normal: Math.sqrt(variance),
    truncated_normal: Math.sqrt(variance) / 0.87962566103423978,
  }[distribution];
  const draw = {
    uniform: () => 2 * random.uniform() - 1,
    untruncated_normal: () => random.normal(),
    truncated_normal: () => truncatedNormal(random),
  }[distribution];
  for (let i = 0; i < data.length; i++) data[i] = scaled * draw();
}

type PresetOptions = OptionsOf<typeof presetFields>;

/** A named setting of {@link VarianceScaling}, which only has a seed as Keras's classes do. */
function preset(className: string, scale: number, mode: Mode, distribution: Distribution): SerializableClass<Initializer> {
  return class extends Initializer<typeof presetFields> {
    static readonly className = className;
    static readonly fields = presetFields;

    protected override fill(data: Float32Array, shape: readonly number[], random: Random): void {
      fillScaled(data, shape, random, { scale, mode, distribution, ...this.options });
    }
  };
}

export const GlorotUniform = preset('GlorotUniform', 1, 'fan_avg', 'uniform');
export const GlorotNormal = preset('GlorotNormal', 1, 'fan_avg', 'truncated_normal');
export const HeUniform = preset('HeUniform', 2, 'fan_in', 'uniform');
export const HeNormal = preset('HeNormal', 2, 'fan_in', 'truncated_normal');
export const LecunUniform = preset('LecunUniform', 1, 'fan_in', 'uniform');
export const LecunNormal = preset('LecunNormal', 1, 'fan_in', 'truncated_normal');

export const varianceScaling = factory(VarianceScaling as new (options?: OptionsOf<typeof fields>) => VarianceScaling);
export const glorotUniform = factory(GlorotUniform as new (options?: PresetOptions) => Initializer);
export const glorotNormal = factory(GlorotNormal as new (options?: PresetOptions) => Initializer);
export const heUniform = factory(HeUniform as new (options?: PresetOptions) => Initializer);
export const heNormal = factory(HeNormal as new (options?: PresetOptions) => Initializer);
export const lecunUniform = factory(LecunUniform as new (options?: PresetOptions) => Initializer);
export const lecunNormal = factory(LecunNormal as new (options?: PresetOptions) => Initializer);
