/** Weights that are not negative. */
import type { Output } from '../../graph/graph.js';
import { relu } from '../../graph/ops/nn.js';
import { factory } from '../serialization/keras-object.js';
import { Constraint } from './constraint.js';

const fields = {};

export class NonNeg extends Constraint<typeof fields> {
  static readonly className = 'NonNeg';
  static readonly fields = fields;
  static readonly aliases = ['nonneg'];

  override call(weight: Output): Output {
    return relu(weight);
  }
}

export const nonNeg = factory(NonNeg as new (options?: object) => NonNeg);
