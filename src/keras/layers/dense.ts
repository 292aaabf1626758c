/** The dense layer. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import type { Shape } from '../../tensor-spec.js';
import { activation } from '../activations/index.js';
import { constraint } from '../constraints/index.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { boolean, integer } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { projected } from './projected.js';

const fields = {
  /** Size of the output's last axis, at least 1. */
  units: integer({ min: 1 }),
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
export type DenseOptions = LayerOptionsOf<typeof fields>;

/** `activation(input · kernel + bias)` on the last axis: `[…, n]` to `[…, units]`. */
export class Dense extends Layer<typeof fields> {
  static readonly className = 'Dense';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;
  #kernel!: Weight;
  #bias: Weight | undefined;

  protected override build(shape: Shape): void {
    const size = shape.at(-1);
    if (shape.length < 2 || typeof size !== 'number')
      throw new ValueError(
        `layer \`${this.name}\` needs an input of at least 2 axes whose last size is known, received [${shape.map((s) => s ?? 'null').join(', ')}]`,
      );
    const { units, useBias } = this.options;
    this.#kernel = this.addWeight('kernel', [size, units], {
      initializer: this.options.kernelInitializer,
      regularizer: this.options.kernelRegularizer,
      constraint: this.options.kernelConstraint,
    });
    if (useBias) {
      this.#bias = this.addWeight('bias', [units], {
        initializer: this.options.biasInitializer,
        regularizer: this.options.biasRegularizer,
        constraint: this.options.biasConstraint,
      });
    }
  }

  protected override call(ctx: Context, x: Output): Output {
    const kernel = this.read(ctx, this.#kernel);
    return this.options.activation.apply(projected(x, kernel, this.#bias && this.read(ctx, this.#bias)));
  }
}

export const dense = factory<DenseOptions, Dense>(Dense);
