/** Depthwise convolutions: every channel by itself, with several kernels each. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, squeeze } from '../../graph/ops/array.js';
import { depthwiseConv2d, type Padding } from '../../graph/ops/nn.js';
import type { Constraint } from '../constraints/constraint.js';
import { constraint } from '../constraints/index.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import type { Initializer } from '../initializers/initializer.js';
import { regularizer } from '../regularizers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import { type Fields, integer } from '../serialization/fields.js';
import { Convolution, convolutionFields, paddingField } from './convolution.js';

/** The options of the depthwise kernel. */
export const depthwiseFields = (rank: number) => ({
  ...convolutionFields(rank),
  padding: paddingField,
  /** Kernels per channel; 1 by default. */
  depthMultiplier: integer({ min: 1, default: 1 }),
  /** `glorotUniform` by default. */
  depthwiseInitializer: initializer('glorotUniform'),
  depthwiseRegularizer: regularizer(),
  depthwiseConstraint: constraint(),
});

interface DepthwiseValues {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dilationRate: readonly number[];
  readonly depthMultiplier: number;
  readonly depthwiseInitializer: Initializer;
  readonly depthwiseRegularizer: Regularizer | null;
  readonly depthwiseConstraint: Constraint | null;
}

/** Holds the depthwise kernel; subclasses may go on with the result. */
export abstract class DepthwiseConvolution<F extends Fields = Fields> extends Convolution<F> {
  #kernel!: Weight;

  /** The kernel's name in Keras. */
  protected abstract readonly kernelName: string;

  protected override buildKernels(channels: number): number {
    const o = this.options as unknown as DepthwiseValues;
    this.#kernel = this.addWeight(this.kernelName, [...o.kernelSize, channels, o.depthMultiplier], {
      initializer: o.depthwiseInitializer,
      regularizer: o.depthwiseRegularizer,
      constraint: o.depthwiseConstraint,
    });
    return channels * o.depthMultiplier;
  }

  protected override convolve(ctx: Context, x: Output): Output {
    const { kernelSize, strides, padding, dilationRate } = this.options as unknown as DepthwiseValues;
    const kernel = this.read(ctx, this.#kernel);
    if (kernelSize.length === 2) return depthwiseConv2d(x, kernel, strides, padding, dilationRate);
    // One axis is a plane of height 1; the op wants equal strides, which do not matter for that axis.
    const stride = strides[0] as number;
    return squeeze(depthwiseConv2d(expandDims(x, 1), expandDims(kernel, 0), [stride, stride], padding, [1, ...dilationRate]), [1]);
  }
}
