/** `scale · x + offset`. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add, cast, mul } from '../../graph/ops/math.js';
import { isDictionary } from '../../tree.js';
import { checkNumber } from '../../validate.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { type Field, field } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

type Factor = number | readonly number[];

function parse(name: string, value: unknown): Factor {
  // Keras writes arrays of NumPy's as { class_name: '__numpy__', config: { value } }.
  const plain: unknown = isDictionary(value) && isDictionary(value.config) ? value.config.value : value;
  return Array.isArray(plain) ? plain.map((v, i) => checkNumber(`${name}[${i}]`, v)) : checkNumber(name, plain);
}

const fields = {
  /** A number, for example `1 / 255` for images of bytes, or one for each place of the last axis. */
  scale: field<Factor, Factor>(parse, (value) => value),
  /** Likewise; 0 by default. */
  offset: field<Factor, Factor>(parse, (value) => value, 0) as Field<Factor, Factor, false>,
};
export type RescalingOptions = LayerOptionsOf<typeof fields>;

/** The same shape, as floats. */
export class Rescaling extends Layer<typeof fields> {
  static readonly className = 'Rescaling';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  protected override call(_ctx: Context, x: Output): Output {
    const constant = (value: Factor): Output => x.graph.constant(value, this.policy.compute);
    return add(mul(cast(x, this.policy.compute), constant(this.options.scale)), constant(this.options.offset));
  }
}

export const rescaling = factory<RescalingOptions, Rescaling>(Rescaling);
