/** Penalties on the size of values: `l1 · Σ|x| + l2 · Σx²`. */
import type { Output } from '../../graph/graph.js';
import { abs, add, mul, square } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { checkNumber } from '../../validate.js';
import { type Field, field, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Regularizer } from './regularizer.js';

/** A factor that is not negative; `null` means the default, as in Keras. */
const factor = (fallback: number): Field<number | null, number, false> =>
  field<number | null, number>(
    (name, value) => checkNumber(name, value ?? fallback, { min: 0 }),
    (value) => value,
    fallback,
  );

const l1Fields = {
  /** Factor of the sum of absolute values; 0.01 by default, 0 means no penalty. */
  l1: factor(0.01),
};
const l2Fields = {
  /** Factor of the sum of squares; 0.01 by default, 0 means no penalty. */
  l2: factor(0.01),
};
const bothFields = {
  /** Factor of the sum of absolute values; 0 by default, which means no penalty. */
  l1: factor(0),
  /** Factor of the sum of squares; 0 by default, which means no penalty. */
  l2: factor(0),
};

const absolute = (x: Output, weight: number): Output => mul(sum(abs(x)), weight);
const squared = (x: Output, weight: number): Output => mul(sum(square(x)), weight);

export class L1 extends Regularizer<typeof l1Fields> {
  static readonly className = 'L1';
  static readonly fields = l1Fields;

  override call(x: Output): Output {
    return absolute(x, this.options.l1);
  }
}

export class L2 extends Regularizer<typeof l2Fields> {
  static readonly className = 'L2';
  static readonly fields = l2Fields;

  override call(x: Output): Output {
    return squared(x, this.options.l2);
  }
}

export class L1L2 extends Regularizer<typeof bothFields> {
  static readonly className = 'L1L2';
  static readonly fields = bothFields;

  override call(x: Output): Output {
    const { l1: a, l2: b } = this.options;
    const terms = [...(a === 0 ? [] : [absolute(x, a)]), ...(b === 0 ? [] : [squared(x, b)])];
    return terms.length === 0 ? x.graph.constant(0, x.dtype) : terms.reduce((p, q) => add(p, q));
  }
}

export const l1 = factory(L1 as new (options?: OptionsOf<typeof l1Fields>) => L1);
export const l2 = factory(L2 as new (options?: OptionsOf<typeof l2Fields>) => L2);
export const l1l2 = factory(L1L2 as new (options?: OptionsOf<typeof bothFields>) => L1L2);
