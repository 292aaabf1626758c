/** Projections of weights, applied after an optimizer's step. */
import type { Output } from '../../graph/graph.js';
import type { Fields } from '../serialization/fields.js';
import { KerasObject } from '../serialization/keras-object.js';

export abstract class Constraint<F extends Fields = Fields> extends KerasObject<F> {
  /** The projected weight, of the same shape. */
  abstract call(weight: Output): Output;
}
