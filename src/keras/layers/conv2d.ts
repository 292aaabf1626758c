/** Two-dimensional convolution. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { biasAdd, conv2d as convolve } from '../../graph/ops/nn.js';
import type { Shape } from '../../tensor-spec.js';
import { activation } from '../activations/index.js';
import { constraint } from '../constraints/index.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { boolean, integer, oneOf, spatial } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** Size of the output's last axis, at least 1. */
  filters: integer({ min: 1 }),
  /** Height and width of the window. */
  kernelSize: spatial(2),
  /** Steps between windows; 1 by default. */
  strides: spatial(2, { default: 1 }),
  /** `same` pads with zeros so that stride 1 keeps the size; `valid` (default) does not pad. */
  padding: oneOf(['valid', 'same'], 'valid'),
  dataFormat: oneOf(['channels_last'], 'channels_last'),
  /** Distance between the elements of a window; 1 by default. */
  dilationRate: spatial(2, { default: 1 }),
  /** Into how many groups the channels are split, each convolved by itself; 1 by default. */
  groups: integer({ min: 1, default: 1 }),
  /** Applied to the output; none by default. */
  activation: activation(),
  /** Whether a bias is added; `true` by default. */
  useBias: boolean(true),
  /** `glorotUniform` by default. */
  kernelInitializer: initializer('glorotUniform'),
  /** `zeros` by default. */
  biasInitializer: initializer('zeros'),
  kernelRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  kernelConstraint: constraint(),
  biasConstraint: constraint(),
};
export type Conv2DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, height, width, channels]` to `[batch, newHeight, newWidth, filters]`. */
export class Conv2D extends Layer<typeof fields> {
  static readonly className = 'Conv2D';
  static readonly fields = fields;
  static readonly aliases = ['Convolution2D'];
  static readonly ignoredKeys = ['quantization_config'];
  #kernel!: Weight;
  #bias: Weight | undefined;

  protected override build(shape: Shape): void {
    const channels = shape.at(-1);
    if (shape.length !== 4 || typeof channels !== 'number')
      throw new ValueError(`layer \`${this.name}\` needs an input [batch, height, width, channels], received [${shape.join(', ')}]`);
    const { filters, groups, kernelSize, useBias } = this.options;
    if (channels % groups !== 0 || filters % groups !== 0)
      throw new ValueError(
        `\`groups\` of layer \`${this.name}\` must divide the ${channels} channels and the ${filters} filters, received ${groups}`,
      );
    this.#kernel = this.addWeight('kernel', [...kernelSize, channels / groups, filters], {
      initializer: this.options.kernelInitializer,
      regularizer: this.options.kernelRegularizer,
      constraint: this.options.kernelConstraint,
    });
    if (useBias) {
      this.#bias = this.addWeight('bias', [filters], {
        initializer: this.options.biasInitializer,
        regularizer: this.options.biasRegularizer,
        constraint: this.options.biasConstraint,
      });
    }
  }

  protected override call(ctx: Context, x: Output): Output {
    const { strides, padding, dilationRate, activation: act } = this.options;
    const y = convolve(x, this.read(ctx, this.#kernel), strides, padding, dilationRate);
    return act.apply(this.#bias === undefined ? y : biasAdd(y, this.read(ctx, this.#bias)));
  }
}

export const conv2d = factory<Conv2DOptions, Conv2D>(Conv2D);
