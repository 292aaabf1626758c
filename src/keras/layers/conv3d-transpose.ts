/** Transposed convolution over 3 of the axes. */
import type { Output } from '../../graph/graph.js';
import { type Size, sizes } from '../../graph/ops/array.js';
import { conv3dBackpropInput, type Padding } from '../../graph/ops/nn.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { TransposedConvolution, transposedFields } from './transposed-convolution.js';

const fields = transposedFields(3);
export type Conv3DTransposeOptions = LayerOptionsOf<typeof fields>;

/** `[batch, depth, height, width, channels]`, the spatial axes multiplied by the strides, the last one `filters`. */
export class Conv3DTranspose extends TransposedConvolution<typeof fields> {
  static readonly className = 'Conv3DTranspose';
  static readonly fields = fields;
  static readonly aliases = ['Convolution3DTranspose'];

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
    return conv3dBackpropInput(sizes(x, shape), kernel, x, strides, padding, dilationRate);
  }
}

export const conv3dTranspose = factory<Conv3DTransposeOptions, Conv3DTranspose>(Conv3DTranspose);
