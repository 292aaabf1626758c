/** The base of convolutions in one, two and three dimensions: a kernel, a bias, an activation. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { biasAdd, type Padding } from '../../graph/ops/nn.js';
import type { Shape } from '../../tensor-spec.js';
import { type Activation, activation } from '../activations/index.js';
import type { Constraint } from '../constraints/constraint.js';
import { constraint } from '../constraints/index.js';
import { Layer } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import type { Initializer } from '../initializers/initializer.js';
import { regularizer } from '../regularizers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import { boolean, type Fields, oneOf, spatial } from '../serialization/fields.js';
import { dataFormat } from './data-format.js';

/** What all convolutions over `rank` spatial axes have. */
export const convolutionFields = (rank: number) => ({
  /** Size of the window. */
  kernelSize: spatial(rank),
  /** Steps between windows; 1 by default. */
  strides: spatial(rank, { default: 1 }),
  dataFormat,
  /** Distance between the elements of a window; 1 by default. */
  dilationRate: spatial(rank, { default: 1 }),
  /** Applied to the output; none by default. */
  activation: activation(),
  /** Whether a bias is added; `true` by default. */
  useBias: boolean(true),
  /** `zeros` by default. */
  biasInitializer: initializer('zeros'),
  biasRegularizer: regularizer(),
  biasConstraint: constraint(),
});

/** The kernel's own options. */
export const kernelFields = {
  /** `glorotUniform` by default. */
  kernelInitializer: initializer('glorotUniform'),
  kernelRegularizer: regularizer(),
  kernelConstraint: constraint(),
};

/** `same` pads with zeros so that stride 1 keeps the size; `valid` (default) does not pad. */
export const paddingField = oneOf(['valid', 'same'], 'valid');

interface ConvolutionValues {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly biasInitializer: Initializer;
  readonly biasRegularizer: Regularizer | null;
  readonly biasConstraint: Constraint | null;
}

/** Subclasses make their kernels, and convolve. */
export abstract class Convolution<F extends Fields = Fields> extends Layer<F> {
  #bias: Weight | undefined;

  /** Makes the kernels for inputs of so many channels. @returns The number of output channels */
  protected abstract buildKernels(channels: number): number;
  protected abstract convolve(ctx: Context, x: Output): Output;

  protected override build(shape: Shape): void {
    const { kernelSize, useBias, biasInitializer, biasRegularizer, biasConstraint } = this.options as unknown as ConvolutionValues;
    const channels = shape.at(-1);
    const rank = kernelSize.length + 2;
    if (shape.length !== rank || typeof channels !== 'number')
      throw new ValueError(
        `layer \`${this.name}\` needs an input of ${rank} axes whose last size is known, received [${shape.join(', ')}]`,
      );
    const outputs = this.buildKernels(channels);
    if (useBias)
      this.#bias = this.addWeight('bias', [outputs], {
        initializer: biasInitializer,
        regularizer: biasRegularizer,
        constraint: biasConstraint,
      });
  }

  protected override call(ctx: Context, x: Output): Output {
    const { activation: act } = this.options as unknown as ConvolutionValues;
    const y = this.convolve(ctx, x);
    return act.apply(this.#bias === undefined ? y : biasAdd(y, this.read(ctx, this.#bias)));
  }

  /** A kernel with this layer's kernel options. */
  protected kernel(name: string, shape: readonly number[]): Weight {
    const o = this.options as unknown as {
      kernelInitializer: Initializer;
      kernelRegularizer: Regularizer | null;
      kernelConstraint: Constraint | null;
    };
    return this.addWeight(name, shape, {
      initializer: o.kernelInitializer,
      regularizer: o.kernelRegularizer,
      constraint: o.kernelConstraint,
    });
  }
}

export type { Padding };
