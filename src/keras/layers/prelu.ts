/** A rectifier with learnt slopes: He et al., ICCV 2015, https://arxiv.org/abs/1502.01852. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { mul, neg, sub } from '../../graph/ops/math.js';
import { relu } from '../../graph/ops/nn.js';
import type { Shape } from '../../tensor-spec.js';
import { constraint } from '../constraints/index.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { integer, list, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** `zeros` by default. */
  alphaInitializer: initializer('zeros'),
  alphaRegularizer: regularizer(),
  alphaConstraint: constraint(),
  /** Axes (from 1) along which a slope is shared, such as `[1, 2]` for the places of an image; none by default. */
  sharedAxes: optional(list(integer({ min: 1 }))),
};
export type PReLUOptions = LayerOptionsOf<typeof fields>;

/** `x` above 0, `alpha · x` below; the same shape. */
export class PReLU extends Layer<typeof fields> {
  static readonly className = 'PReLU';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;
  #alpha!: Weight;

  protected override build(shape: Shape): void {
    const { sharedAxes, alphaInitializer, alphaRegularizer, alphaConstraint } = this.options;
    const sizes = shape.slice(1).map((size, i) => (sharedAxes?.includes(i + 1) ? 1 : size));
    if (sizes.some((s) => s === null))
      throw new ValueError(
        `layer \`${this.name}\` needs an input whose axes that are not shared have known sizes, received [${shape.join(', ')}]`,
      );
    this.#alpha = this.addWeight('alpha', sizes as number[], {
      initializer: alphaInitializer,
      regularizer: alphaRegularizer,
      constraint: alphaConstraint,
    });
  }

  protected override call(ctx: Context, x: Output): Output {
    return sub(relu(x), mul(this.read(ctx, this.#alpha), relu(neg(x))));
  }
}

export const prelu = factory<PReLUOptions | undefined, PReLU>(PReLU);
