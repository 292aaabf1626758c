/** Depthwise convolution over 1 of the axes. */
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { DepthwiseConvolution, depthwiseFields } from './depthwise-convolution.js';

const fields = depthwiseFields(1);
export type DepthwiseConv1DOptions = LayerOptionsOf<typeof fields>;

/** Every channel becomes `depthMultiplier` channels. */
export class DepthwiseConv1D extends DepthwiseConvolution<typeof fields> {
  static readonly className = 'DepthwiseConv1D';
  static readonly fields = fields;
  static readonly ignoredKeys = ['filters', 'groups', 'kernel_initializer', 'kernel_regularizer', 'kernel_constraint'];
  protected override readonly kernelName = 'kernel';
}

export const depthwiseConv1d = factory<DepthwiseConv1DOptions, DepthwiseConv1D>(DepthwiseConv1D);
