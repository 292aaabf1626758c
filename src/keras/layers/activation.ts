/** An activation as a layer. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { activation as activationField } from '../activations/index.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** An activation's name or a graph function. */
  activation: activationField(),
};
export type ActivationOptions = LayerOptionsOf<typeof fields>;

/** The same shape. */
export class Activation extends Layer<typeof fields> {
  static readonly className = 'Activation';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(_ctx: Context, x: Output): Output {
    return this.options.activation.apply(x);
  }
}

export const activation = factory<ActivationOptions, Activation>(Activation);
