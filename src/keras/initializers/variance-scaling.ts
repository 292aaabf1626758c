/**
 * Initializers whose variance is scaled by the weight's fan.
 *
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010; He et al., "Delving deep
 * into rectifiers", ICCV 2015; LeCun et al., "Efficient backprop", 1998.
 */
import { ValueError } from '../../errors.js';
import type { Random } from '../../random.js';
import { sizeOf } from '../../tensor.js';
import { checkOneOf, checkString } from '../../validate.js';
import { type Field, type Fields, field, integer, list, number, type OptionsOf, oneOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import type { SerializableClass } from '../serialization/registry.js';
import { Initializer, seedField, type Values } from './initializer.js';
import { truncatedNormal } from './random.js';

type Mode = 'fan_in' | 'fan_out' | 'fan_avg';
type Distribution = 'truncated_normal' | 'untruncated_normal' | 'uniform';

const distributionField: Field<Distribution | 'normal', Distribution, false> = field<Distribution | 'normal', Distribution>(
  (name, value) => {
    const distribution = checkOneOf(name, checkString(name, value).toLowerCase(), [
      'truncated_normal',
      'untruncated_normal',
      'uniform',
      'normal',
    ] as const);
    return distribution === 'normal' ? 'truncated_normal' : distribution;
  },
  (value) => value,
  'truncated_normal',
);

const presetFields = {
  /** A whole number for the same values every time, `null` (default) for others. */
  seed: seedField,
  /** The axes whose sizes make the number of inputs, where `outputAxes` are given as well; by default all but the last. */
  inputAxes: optional(list(integer())),
  /** The axes whose sizes make the number of outputs; by default all but the last but one. */
  outputAxes: optional(list(integer())),
};
const fields = {
  /** Scales the variance; positive, 1 by default. */
  scale: number({ min: 0, exclusive: true, default: 1 }),
  /** What the variance is divided by: the number of inputs (default), of outputs, or the mean of both. */
  mode: oneOf(['fan_in', 'fan_out', 'fan_avg'], 'fan_in'),
  /** `truncated_normal` by default, which `normal` means, too. */
  distribution: distributionField,
  ...presetFields,
};
type PresetOptions = OptionsOf<typeof presetFields>;

/** Inputs and outputs of a weight: the last two axes, times the sizes of the axes before (a convolution's window), or those of given axes. */
export function fans(
  shape: readonly number[],
  inputAxes: readonly number[] | null = null,
  outputAxes: readonly number[] | null = null,
): { fanIn: number; fanOut: number } {
  if (inputAxes !== null && outputAxes !== null) {
    const product = (axes: readonly number[]): number => sizeOf(axes.map((axis) => sizeAt(shape, axis)));
    return { fanIn: product(inputAxes), fanOut: product(outputAxes) };
  }
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const window = sizeOf(shape.slice(0, -2));
  return { fanIn: window * (shape.at(-2) as number), fanOut: window * (shape.at(-1) as number) };
}

function sizeAt(shape: readonly number[], axis: number): number {
  const size = shape.at(axis);
  if (size === undefined)
    throw new ValueError(`an initializer's axis must be one of a weight of shape [${shape.join(', ')}], received ${axis}`);
  return size;
}

interface Scaling extends Axes {
  readonly scale: number;
  readonly mode: Mode;
  readonly distribution: Distribution;
}
interface Axes {
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;
}

/** The base of these initializers: axes that are not given are not written, since Keras before 3.15 does not know them. */
abstract class ScaledInitializer<F extends Fields> extends Initializer<F> {
  override readonly isRepeatable = true;

  override getConfig(): Record<string, unknown> {
    const { input_axes, output_axes, ...config } = super.getConfig();
    return { ...config, ...(input_axes === null ? {} : { input_axes }), ...(output_axes === null ? {} : { output_axes }) };
  }
}

export class VarianceScaling extends ScaledInitializer<typeof fields> {
  static readonly className = 'VarianceScaling';
  static readonly fields = fields;

  protected override fill(data: Values, shape: readonly number[], random: Random): void {
    fillScaled(data, shape, random, this.options);
  }
}

function fillScaled(data: Values, shape: readonly number[], random: Random, options: Scaling): void {
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

/** A named setting of {@link VarianceScaling}. */
function preset(className: string, scale: number, mode: Mode, distribution: Distribution): SerializableClass<Initializer> {
  return class extends ScaledInitializer<typeof presetFields> {
    static readonly className = className;
    static readonly fields = presetFields;

    protected override fill(data: Values, shape: readonly number[], random: Random): void {
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
