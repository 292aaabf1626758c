/** Spectrograms of sound over the pitches that an ear tells apart: Stevens, Volkmann and Newman, The Journal of the Acoustical Society of America 8(3), 1937. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, gather, range, type Size, sizeOfAxis, transpose } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import {
  add,
  cast,
  div,
  floorDiv,
  imaginaryPart,
  log,
  maximum,
  mul,
  pow,
  realPart,
  rfft,
  sqrt,
  square,
  sub,
} from '../../graph/ops/math.js';
import { max } from '../../graph/ops/reduce.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { windowField, windowValues } from '../initializers/windows.js';
import { boolean, integer, number, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { productWithKernel } from './product-with-kernel.js';

const fields = {
  /** Samples in a frame, at least 2; 2048 by default. */
  fftLength: integer({ min: 2, default: 2048 }),
  /** Samples from one frame to the next; 512 by default. */
  sequenceStride: integer({ min: 1, default: 512 }),
  /** Samples in the middle of a frame that the window leaves, at most `fftLength`, which is the default. */
  sequenceLength: optional(integer({ min: 1 })),
  /** What these are multiplied by: `hann` (default), `hamming`, as many values, or `null` for nothing. */
  window: windowField(['hann', 'hamming']),
  /** Samples per second; 16,000 by default. */
  samplingRate: number({ min: 0, exclusive: true, default: 16000 }),
  /** How many pitches there are; 128 by default. */
  numMelBins: integer({ min: 1, default: 128 }),
  /** The frequency in Hz below the lowest pitch; 20 by default. */
  minFreq: number({ min: 0, default: 20 }),
  /** The frequency in Hz above the highest pitch; half of `samplingRate` by default. */
  maxFreq: optional(number({ min: 0 })),
  /** Whether powers become decibels; `true` by default. */
  powerToDb: boolean(true),
  /** How many decibels below the loudest place of the batch everything softer is put; 80 by default. */
  topDb: number({ default: 80 }),
  /** The power of the magnitude that is taken: 1 the magnitude itself, 2 (default) the power. */
  magExp: number({ default: 2 }),
  /** The least power that is told from none; 1e-10 by default. */
  minPower: number({ min: 0, default: 1e-10 }),
  /** The power that is 0 decibels; 1 by default. */
  refPower: number({ default: 1 }),
};
export type MelSpectrogramOptions = LayerOptionsOf<typeof fields>;

/** `[batch, samples]` to `[batch, numMelBins, frames]`: frames are centred on every `sequenceStride`-th sample, the signal is mirrored at its ends. */
export class MelSpectrogram extends Layer<typeof fields> {
  static readonly className = 'MelSpectrogram';
  static readonly fields = fields;

  constructor(options: MelSpectrogramOptions = {}) {
    super(options);
    const { fftLength, minFreq, window } = this.options;
    if (this.#length > fftLength)
      throw new ValueError(
        `\`sequenceLength\` of layer \`${this.name}\` must be at most its fftLength ${fftLength}, received ${this.#length}`,
      );
    if (Array.isArray(window) && window.length !== this.#length)
      throw new ValueError(
        `\`window\` of layer \`${this.name}\` must have ${this.#length} values, as a frame has, received ${window.length}`,
      );
    if (this.#maxFreq <= minFreq)
      throw new ValueError(`\`minFreq\` of layer \`${this.name}\` must be below its maxFreq ${this.#maxFreq}, received ${minFreq}`);
  }

  get #length(): number {
    return this.options.sequenceLength ?? this.options.fftLength;
  }

  // Keras takes 0 for none, too.
  get #maxFreq(): number {
    return this.options.maxFreq || Math.trunc(this.options.samplingRate / 2);
  }

  protected override call(_ctx: Context, given: Output): Output {
    if (given.rank < 1 || given.dtype === 'string')
      throw new ValueError(`layer \`${this.name}\` needs an input of numbers [batch, samples], received ${given}`);
    const { magExp, powerToDb } = this.options;
    const { compute } = this.policy;
    const x = cast(given, compute === 'float64' ? 'float64' : 'float32');
    const spectrum = rfft(this.#frames(x), constantLike(x, [this.options.fftLength]));
    const power = pow(sqrt(add(square(realPart(spectrum)), square(imaginaryPart(spectrum)))), magExp);
    const pitches = productWithKernel(power, cast(this.#pitches(x), x.dtype));
    const y = powerToDb ? this.#decibels(pitches) : pitches;
    const axes = Array.from({ length: y.rank }, (_, i) => i);
    return cast(transpose(y, [...axes.slice(0, -2), y.rank - 1, y.rank - 2]), compute);
  }

  /** `[…, samples]` to `[…, frames, fftLength]`, windowed. */
  #frames(x: Output): Output {
    const { fftLength, sequenceStride, window } = this.options;
    const around = Math.floor(fftLength / 2);
    const paddings = Array.from({ length: x.rank }, (_, i) => (i === x.rank - 1 ? [around, around] : [0, 0]));
    const padded = op('MirrorPad', [x, x.graph.constant(paddings.flat(), 'int32', [x.rank, 2])], { mode: 'REFLECT' });
    const samples = sizeOfAxis(padded, -1);
    const count: Size =
      typeof samples === 'number'
        ? Math.floor((samples - fftLength) / sequenceStride) + 1
        : add(floorDiv(sub(samples, fftLength), sequenceStride), 1);
    const places = add(mul(expandDims(range(x, 0, count), 1), sequenceStride), range(x, 0, fftLength));
    const frames = gather(padded, places, x.rank - 1);
    if (window === null) return frames;
    // TensorFlow's own windows of odd lengths are symmetric even where it calls them periodic.
    const values = windowValues(window, this.#length, this.#length % 2 === 0);
    const before = Math.floor((fftLength - values.length) / 2);
    const weights = Array.from({ length: fftLength }, (_, i) => values[i - before] ?? 0);
    return mul(frames, x.graph.constant(weights, x.dtype));
  }

  /** `[frequencies, numMelBins]`, in `float32`: how much of each frequency is of each pitch. */
  #pitches(like: Output): Output {
    const { fftLength, numMelBins, minFreq, samplingRate } = this.options;
    const frequencies = evenly(0, samplingRate / 2, Math.floor(fftLength / 2) + 1).map(mel);
    const edges = evenly(mel(minFreq), mel(this.#maxFreq), numMelBins + 2);
    const matrix = new Float32Array(frequencies.length * numMelBins);
    // The first frequency, which is none, is of no pitch.
    for (let i = 1; i < frequencies.length; i++)
      for (let j = 0; j < numMelBins; j++) {
        const [low, middle, high] = edges.slice(j, j + 3) as unknown as [number, number, number];
        const at = frequencies[i] as number;
        const [rise, fall] = [round(at - low) / round(middle - low), round(high - at) / round(high - middle)];
        matrix[i * numMelBins + j] = Math.max(0, Math.min(rise, fall));
      }
    return like.graph.constant(matrix, 'float32', [frequencies.length, numMelBins]);
  }

  #decibels(x: Output): Output {
    const { minPower, refPower, topDb } = this.options;
    const decibels = (y: Output): Output => mul(div(log(y), Math.LN10), 10);
    const y = sub(decibels(maximum(x, minPower)), 10 * Math.log10(Math.max(Math.abs(refPower), minPower)));
    return maximum(y, sub(max(y), topDb));
  }
}

// Keras computes the matrix in single precision, in which nearby pitches are inexact.
const round = Math.fround;
/** The pitch of a frequency in Hz, as the Hidden Markov Model Toolkit has it. */
const mel = (frequency: number): number => round(1127 * round(Math.log(round(1 + round(frequency / 700)))));
/** So many numbers from `start` to `stop`. */
function evenly(start: number, stop: number, count: number): Float32Array {
  const step = round(round(stop - start) / (count - 1));
  return Float32Array.from({ length: count }, (_, i) => (i === count - 1 ? stop : start + round(step * i)));
}

export const melSpectrogram = factory<MelSpectrogramOptions | undefined, MelSpectrogram>(MelSpectrogram);
