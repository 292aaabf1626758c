/** Separable convolution over 1 of the axes: a depthwise one, then one that mixes the channels. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, squeeze } from '../../graph/ops/array.js';
import { conv2d } from '../../graph/ops/nn.js';
import { constraint } from '../constraints/index.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { DepthwiseConvolution, depthwiseFields } from './depthwise-convolution.js';

const fields = {
  /** Size of the output's last axis, at least 1. */
  filters: integer({ min: 1 }),
  ...depthwiseFields(1),
  /** `glorotUniform` by default. */
  pointwiseInitializer: initializer('glorotUniform'),
  pointwiseRegularizer: regularizer(),
  pointwiseConstraint: constraint(),
};
export type SeparableConv1DOptions = LayerOptionsOf<typeof fields>;

/** The spatial axes as for a convolution, the last one `filters`. */
export class SeparableConv1D extends DepthwiseConvolution<typeof fields> {
  static readonly className = 'SeparableConv1D';
  static readonly fields = fields;
  static readonly aliases = ['SeparableConvolution1D'];
  static readonly ignoredKeys = ['kernel_initializer', 'kernel_regularizer', 'kernel_constraint'];
  static readonly fixedKeys = { groups: 1 };
  protected override readonly kernelName = 'depthwise_kernel';
  #pointwise!: Weight;

  protected override buildKernels(channels: number): number {
    const { filters, pointwiseInitializer, pointwiseRegularizer, pointwiseConstraint } = this.options;
    const middle = super.buildKernels(channels);
    this.#pointwise = this.addWeight('pointwise_kernel', [1, middle, filters], {
      initializer: pointwiseInitializer,
      regularizer: pointwiseRegularizer,
      constraint: pointwiseConstraint,
    });
    return filters;
  }

  protected override convolve(ctx: Context, x: Output): Output {
    const y = super.convolve(ctx, x);
    const kernel = this.read(ctx, this.#pointwise);
    return squeeze(conv2d(expandDims(y, 1), expandDims(kernel, 0), [1, 1], 'valid'), [1]);
  }
}

export const separableConv1d = factory<SeparableConv1DOptions, SeparableConv1D>(SeparableConv1D);
