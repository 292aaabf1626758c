/** Convolution over one axis. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, pad, squeeze } from '../../graph/ops/array.js';
import { conv2d } from '../../graph/ops/nn.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { integer, oneOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Convolution, convolutionFields, kernelFields } from './convolution.js';

const fields = {
  /** Size of the output's last axis, at least 1. */
  filters: integer({ min: 1 }),
  ...convolutionFields(1),
  /** `same` pads with zeros so that stride 1 keeps the size, `causal` pads before the first step only; `valid` (default) does not pad. */
  padding: oneOf(['valid', 'same', 'causal'], 'valid'),
  /** Into how many groups the channels are split, each convolved by itself; 1 by default. */
  groups: integer({ min: 1, default: 1 }),
  ...kernelFields,
};
export type Conv1DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, steps, channels]` to `[batch, newSteps, filters]`. */
export class Conv1D extends Convolution<typeof fields> {
  static readonly className = 'Conv1D';
  static readonly fields = fields;
  static readonly aliases = ['Convolution1D'];
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
    const { strides, padding, dilationRate, kernelSize } = this.options;
    const [size, dilation] = [kernelSize[0] as number, dilationRate[0] as number];
    const padded =
      padding === 'causal'
        ? pad(x, [
            [0, 0],
            [dilation * (size - 1), 0],
            [0, 0],
          ])
        : x;
    // One axis is a plane of height 1.
    const y = conv2d(
      expandDims(padded, 1),
      expandDims(this.read(ctx, this.#kernel), 0),
      [1, ...strides],
      padding === 'causal' ? 'valid' : padding,
      [1, ...dilationRate],
    );
    return squeeze(y, [1]);
  }
}

export const conv1d = factory<Conv1DOptions, Conv1D>(Conv1D);
