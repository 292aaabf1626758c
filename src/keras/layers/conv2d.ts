/** Convolution over two axes. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { conv2d as conv2dOp } from '../../graph/ops/nn.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Convolution, convolutionFields, kernelFields, paddingField } from './convolution.js';

const fields = {
  /** Size of the output's last axis, at least 1. */
  filters: integer({ min: 1 }),
  ...convolutionFields(2),
  padding: paddingField,
  /** Into how many groups the channels are split, each convolved by itself; 1 by default. */
  groups: integer({ min: 1, default: 1 }),
  ...kernelFields,
};
export type Conv2DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, height, width, channels]` to `[batch, newHeight, newWidth, filters]`. */
export class Conv2D extends Convolution<typeof fields> {
  static readonly className = 'Conv2D';
  static readonly fields = fields;
  static readonly aliases = ['Convolution2D'];
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
    const { strides, padding, dilationRate } = this.options;
    return conv2dOp(x, this.read(ctx, this.#kernel), strides, padding, dilationRate);
  }
}

export const conv2d = factory<Conv2DOptions, Conv2D>(Conv2D);
