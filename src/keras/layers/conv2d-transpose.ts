/** Transposed convolution over 2 of the axes. */
import type { Output } from '../../graph/graph.js';
import { type Size, sizes } from '../../graph/ops/array.js';
import { conv2dBackpropInput, type Padding } from '../../graph/ops/nn.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { TransposedConvolution, transposedFields } from './transposed-convolution.js';

const fields = transposedFields(2);
export type Conv2DTransposeOptions = LayerOptionsOf<typeof fields>;

/** `[batch, height, width, channels]`, the spatial axes multiplied by the strides, the last one `filters`. */
export class Conv2DTranspose extends TransposedConvolution<typeof fields> {
  static readonly className = 'Conv2DTranspose';
  static readonly fields = fields;
  static readonly aliases = ['Convolution2DTranspose'];

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
    return conv2dBackpropInput(sizes(x, shape), kernel, x, strides, padding, dilationRate);
  }
}

export const conv2dTranspose = factory<Conv2DTransposeOptions, Conv2DTranspose>(Conv2DTranspose);
