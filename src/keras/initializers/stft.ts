/** The kernels of a short-time Fourier transform as initial weights: Allen and Rabiner, Proceedings of the IEEE 65(11), 1977. */
import { ValueError } from '../../errors.js';
import { boolean, type OptionsOf, oneOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Initializer, type Values } from './initializer.js';
import { windowField, windowValues } from './windows.js';

/** How signals are cut into frames and weighted. */
export const stftFields = {
  /** What each frame is multiplied by: the name of one of scipy's windows without parameters (`hann` by default), as many values as a frame has, or `null` for nothing. */
  window: windowField(),
  /** What the window is divided by: the root of the sum of its squares (`density`, default), its sum (`spectrum`), or nothing (`null`). */
  scaling: { ...optional(oneOf(['density', 'spectrum'], 'density')), fallback: 'density' as const },
  /** Whether a named window is symmetric with the place that follows it; `false` by default. */
  periodic: boolean(false),
};

const fields = {
  /** The `real` (default) or the imaginary part (`imag`) of the transform. */
  side: oneOf(['real', 'imag'], 'real'),
  ...stftFields,
};

/** For a weight `[frameLength, 1, fftLength / 2 + 1]`: `cos(-2π · time · k / fftLength)`, or the sine, times the scaled window. */
export class STFT extends Initializer<typeof fields> {
  static readonly className = 'STFT';
  static readonly fields = fields;
  static readonly aliases = ['STFTInitializer'];

  protected override fill(data: Values, shape: readonly number[]): void {
    const [length = 0, channels, frequencies = 0] = shape;
    if (shape.length !== 3 || channels !== 1 || frequencies < 2)
      throw new ValueError(`STFT needs a weight [frameLength, 1, frequencies] of at least 2 frequencies, received [${shape.join(', ')}]`);
    const { side, window, scaling, periodic } = this.options;
    // Keras computes in the weight's own type, where angles of large frames are inexact.
    const round: (value: number) => number = data instanceof Float32Array ? Math.fround : (value) => value;
    const weights = window === null ? null : windowValues(window, length, periodic).map(round);
    const part = side === 'real' ? Math.cos : Math.sin;
    const scale = weights === null ? 1 : scaleOf(weights, scaling);
    for (let time = 0; time < length; time++)
      for (let k = 0; k < frequencies; k++) {
        const angle = round(round(-2 * time * round(k / (2 * frequencies - 2))) * round(Math.PI));
        data[time * frequencies + k] = (round(part(angle)) * (weights?.[time] ?? 1)) / scale;
      }
  }
}

function scaleOf(weights: Float64Array, scaling: 'density' | 'spectrum' | null): number {
  if (scaling === null) return 1;
  return scaling === 'density'
    ? Math.sqrt(weights.reduce((total, w) => total + w * w, 0))
    : weights.reduce((total, w) => total + Math.abs(w), 0);
}

export const stft = factory(STFT as new (options?: OptionsOf<typeof fields>) => STFT);
