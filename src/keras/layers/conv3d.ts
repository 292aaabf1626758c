/** Convolution over three axes. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, split } from '../../graph/ops/array.js';
import { conv3d as conv3dOp } from '../../graph/ops/nn.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Convolution, convolutionFields, kernelFields, paddingField } from './convolution.js';

const fields = {
  /** Size of the output's last axis, at least 1. */
  filters: integer({ min: 1 }),
  ...convolutionFields(3),
  padding: paddingField,
  /** Into how many groups the channels are split, each convolved by itself; 1 by default. */
  groups: integer({ min: 1, default: 1 }),
  ...kernelFields,
};
export type Conv3DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, depth, height, width, channels]` to `[batch, newDepth, newHeight, newWidth, filters]`. */
export class Conv3D extends Convolution<typeof fields> {
  static readonly className = 'Conv3D';
  static readonly fields = fields;
  static readonly aliases = ['Convolution3D'];
  #kernel!: Weight;

  protected override buildKernels(channels: number): number {
    const { filters, groups, kernelSize } = this.options;
    if (channels % groups !== 0 || filters % groups !== 0)
      throw new ValueError(
        `\`groups\` of layer \`${this.name}\` must divide the ${channels} channels and the ${filters} filters, received ${groups}`,
      );
    this.#kernel = this.kernel('kernel', [...kernelSize, channels / groups, filters]);
    return filters;
  }

  protected override convolve(ctx: Context, x: Output): Output {
    const { strides, padding, dilationRate, groups } = this.options;
    // The kernel for processors has no groups of its own.
    const kernels = split(this.read(ctx, this.#kernel), groups, 4);
    return concat(
      split(x, groups, 4).map((part, i) => conv3dOp(part, kernels[i] as Output, strides, padding, dilationRate)),
      4,
    );
  }
}

export const conv3d = factory<Conv3DOptions, Conv3D>(Conv3D);
