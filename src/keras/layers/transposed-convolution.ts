/** Transposed convolutions: the gradient of a convolution as a layer, which makes its input larger by the strides. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { type Size, sizesOf } from '../../graph/ops/array.js';
import { add, mul } from '../../graph/ops/math.js';
import type { Padding } from '../../graph/ops/nn.js';
import type { Weight } from '../engine/weight.js';
import { type Fields, field, integer, optional, spatial } from '../serialization/fields.js';
import { Convolution, convolutionFields, kernelFields, paddingField } from './convolution.js';

/** The options of transposed convolutions over `rank` axes. */
export const transposedFields = (rank: number) => ({
  /** Size of the output's last axis, at least 1. */
  filters: integer({ min: 1 }),
  ...convolutionFields(rank),
  padding: paddingField,
  /** Added to the output's size, below the strides; by default the size is the largest that is possible. */
  outputPadding: optional(field<number | readonly number[], readonly number[]>(spatial(rank, { min: 0 }).parse, (value) => [...value])),
  ...kernelFields,
});

interface TransposedValues {
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly outputPadding: readonly number[] | null;
  readonly dilationRate: readonly number[];
}

/** Subclasses say which op convolves back. */
export abstract class TransposedConvolution<F extends Fields = Fields> extends Convolution<F> {
  // Keras 2 writes the groups of the convolution that it derives from; transposed ones have none.
  static readonly fixedKeys = { groups: 1 };
  #kernel!: Weight;

  /** `shape`: that of the result. */
  protected abstract convolveBack(shape: readonly Size[], kernel: Output, x: Output, options: TransposedValues): Output;

  protected override buildKernels(channels: number): number {
    const { filters, kernelSize } = this.options as unknown as TransposedValues;
    this.#kernel = this.kernel('kernel', [...kernelSize, filters, channels]);
    return filters;
  }

  protected override convolve(ctx: Context, x: Output): Output {
    const options = this.options as unknown as TransposedValues;
    const [batch, ...rest] = sizesOf(x);
    const spatialSizes = rest.slice(0, -1).map((size, i) => outputSize(size, options, i));
    return this.convolveBack([batch as Size, ...spatialSizes, options.filters], this.read(ctx, this.#kernel), x, options);
  }
}

/** The size of an axis of the result (`deconv_output_length`, keras/src/backend/common/backend_utils.py). */
function outputSize(size: Size, { kernelSize, strides, padding, outputPadding, dilationRate }: TransposedValues, i: number): Size {
  const [stride, dilation] = [strides[i] as number, dilationRate[i] as number];
  const kernel = (kernelSize[i] as number) + ((kernelSize[i] as number) - 1) * (dilation - 1);
  const [factor, offset] = ((): [number, number] => {
    if (outputPadding === null) return [stride, padding === 'valid' ? Math.max(kernel - stride, 0) : 0];
    const pad = padding === 'same' ? Math.floor(kernel / 2) : 0;
    return [stride, kernel - stride - 2 * pad + (outputPadding[i] as number)];
  })();
  return typeof size === 'number' ? size * factor + offset : add(mul(size, factor), offset);
}
