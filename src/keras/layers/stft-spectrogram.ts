/** Spectrograms by short-time Fourier transforms whose kernels can be trained. */
import { isFloating } from '../../dtype.js';
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, expandDims, product, reshape, type Size, sizesOf, split, squeeze, transpose } from '../../graph/ops/array.js';
import { add, atan2, log, maximum, mul, sqrt, square } from '../../graph/ops/math.js';
import { conv2d } from '../../graph/ops/nn.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { EPSILON } from '../epsilon.js';
import { STFT, stftFields } from '../initializers/stft.js';
import { boolean, integer, oneOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { paddingField } from './convolution.js';
import { dataFormat } from './data-format.js';

const fields = {
  /**
   * What is put out of each frequency: the logarithm of the magnitude (`log`, default), the `magnitude`, the power spectral density (`psd`),
   * the `real` or the imaginary part (`imag`), the `angle`, or both parts, one after another (`stft`).
   */
  mode: oneOf(['log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'], 'log'),
  /** Samples in a frame, at least 2; 256 by default. */
  frameLength: integer({ min: 2, default: 256 }),
  /** Samples from one frame to the next, at most `frameLength`; half of it by default. */
  frameStep: optional(integer({ min: 1 })),
  /** Samples that a frame is taken to have, at least `frameLength`; by default the next power of two. There are half as many frequencies, and one. */
  fftLength: optional(integer({ min: 2 })),
  ...stftFields,
  /** `same` pads with zeros so that a step of 1 keeps the size; `valid` (default) does not pad. */
  padding: paddingField,
  /** Whether the spectrogram of each channel stays a channel of its own, as of an image; `false` by default. */
  expandDims: boolean(false),
  dataFormat,
};
export type STFTSpectrogramOptions = LayerOptionsOf<typeof fields>;

/** `[batch, samples, channels]` to `[batch, frames, channels · frequencies]`, or with `expandDims` to `[batch, frames, frequencies, channels]`. */
export class STFTSpectrogram extends Layer<typeof fields> {
  static readonly className = 'STFTSpectrogram';
  static readonly fields = fields;
  #kernels: readonly Weight[] = [];

  constructor(options: STFTSpectrogramOptions = {}) {
    super(options);
    const { frameLength, frameStep, fftLength, window } = this.options;
    if (frameStep !== null && frameStep > frameLength)
      throw new ValueError(`\`frameStep\` of layer \`${this.name}\` must be at most its frameLength ${frameLength}, received ${frameStep}`);
    if (fftLength !== null && fftLength < frameLength)
      throw new ValueError(
        `\`fftLength\` of layer \`${this.name}\` must be at least its frameLength ${frameLength}, received ${fftLength}`,
      );
    if (Array.isArray(window) && window.length !== frameLength)
      throw new ValueError(
        `\`window\` of layer \`${this.name}\` must have ${frameLength} values, as a frame has, received ${window.length}`,
      );
  }

  protected override build(shape: Shape): void {
    if (shape.length !== 3) throw new ValueError(`layer \`${this.name}\` needs an input of 3 axes, received [${shape.join(', ')}]`);
    const { mode, frameLength, fftLength, window, scaling, periodic } = this.options;
    const frequencies = Math.floor((fftLength ?? 2 ** Math.ceil(Math.log2(frameLength))) / 2) + 1;
    this.#kernels = (['real', 'imag'] as const)
      .filter((side) => mode === side || (mode !== 'real' && mode !== 'imag'))
      .map((side) =>
        this.addWeight(`${side}_kernel`, [frameLength, 1, frequencies], { initializer: new STFT({ side, window, scaling, periodic }) }),
      );
  }

  protected override call(ctx: Context, x: Output): Output {
    if (!isFloating(x.dtype)) throw new ValueError(`layer \`${this.name}\` needs an input of floating numbers, received ${x}`);
    const { frameLength, frameStep, padding } = this.options;
    const [, samples, channels] = sizesOf(x) as [Size, Size, Size];
    // Each channel by itself, as a plane of height 1.
    const signals = reshape(transpose(x, [0, 2, 1]), [-1, 1, samples, 1]);
    const kernels = this.#kernels.map((kernel) => this.read(ctx, kernel));
    const kernel = expandDims(kernels.length === 1 ? (kernels[0] as Output) : concat(kernels, 2), 0);
    const y = this.#measured(squeeze(conv2d(signals, kernel, [1, frameStep ?? Math.floor(frameLength / 2)], padding), [1]));
    const [, frames, frequencies] = sizesOf(y) as [Size, Size, Size];
    const separate = reshape(y, [-1, channels, frames, frequencies]);
    if (!this.options.expandDims) return reshape(transpose(separate, [0, 2, 1, 3]), [-1, frames, product([channels, frequencies], y)]);
    // With `channels_first` the base puts the last axis in front of the one before it.
    return transpose(separate, this.options.dataFormat === 'channels_first' ? [0, 1, 3, 2] : [0, 2, 3, 1]);
  }

  /** What the mode says, from the real parts of all frequencies and the imaginary ones after them. */
  #measured(parts: Output): Output {
    const { mode } = this.options;
    if (mode === 'real' || mode === 'imag' || mode === 'stft') return parts;
    const [real, imaginary] = split(parts, 2, 2) as [Output, Output];
    if (mode === 'angle') return atan2(imaginary, real);
    const power = add(square(real), square(imaginary));
    if (mode === 'psd') return mul(power, power.graph.constant(sided(power.shape?.at(-1) as number), power.dtype));
    const magnitude = sqrt(maximum(power, EPSILON));
    return mode === 'magnitude' ? magnitude : log(maximum(magnitude, EPSILON));
  }
}

/** All frequencies but the first and the last stand for their negative ones, too. */
const sided = (frequencies: number): number[] => Array.from({ length: frequencies }, (_, i) => (i === 0 || i === frequencies - 1 ? 1 : 2));

export const stftSpectrogram = factory<STFTSpectrogramOptions | undefined, STFTSpectrogram>(STFTSpectrogram);
