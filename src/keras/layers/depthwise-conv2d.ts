/** Depthwise convolution over 2 of the axes. */
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { DepthwiseConvolution, depthwiseFields } from './depthwise-convolution.js';

const fields = depthwiseFields(2);
export type DepthwiseConv2DOptions = LayerOptionsOf<typeof fields>;

/** Every channel becomes `depthMultiplier` channels. */
export class DepthwiseConv2D extends DepthwiseConvolution<typeof fields> {
  static readonly className = 'DepthwiseConv2D';
  static readonly fields = fields;
  static readonly ignoredKeys = ['filters', 'groups', 'kernel_initializer', 'kernel_regularizer', 'kernel_constraint'];
  protected override readonly kernelName = 'kernel';
}

export const depthwiseConv2d = factory<DepthwiseConv2DOptions, DepthwiseConv2D>(DepthwiseConv2D);
