/** Transposed convolution over 1 of the axes. */
import type { Output } from '../../graph/graph.js';
import { expandDims, type Size, sizes, squeeze } from '../../graph/ops/array.js';
import { conv2dBackpropInput, type Padding } from '../../graph/ops/nn.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { TransposedConvolution, transposedFields } from './transposed-convolution.js';

const fields = transposedFields(1);
export type Conv1DTransposeOptions = LayerOptionsOf<typeof fields>;

/** `[batch, steps, channels]`, the spatial axes multiplied by the strides, the last one `filters`. */
export class Conv1DTranspose extends TransposedConvolution<typeof fields> {
  static readonly className = 'Conv1DTranspose';
  static readonly fields = fields;
  static readonly aliases = ['Convolution1DTranspose'];

  protected override convolveBack(
    shape: readonly Size[],
    kernel: Output,
    x: Output,
    {
      strides,
      padding,
      dilationRate,
    }: { readonly strides: readonly number[]; readonly padding: Padding; readonly dilationRate: readonly number[] },
  ): Output {
    const shape2d = sizes(x, [shape[0] as Size, 1, ...shape.slice(1)]);
    const y = conv2dBackpropInput(shape2d, expandDims(kernel, 0), expandDims(x, 1), [1, ...strides], padding, [1, ...dilationRate]);
    return squeeze(y, [1]);
  }
}

export const conv1dTranspose = factory<Conv1DTransposeOptions, Conv1DTranspose>(Conv1DTranspose);
