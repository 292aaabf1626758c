/** Penalties on weights or activities, added to the loss. */
import type { Output } from '../../graph/graph.js';
import type { Fields } from '../serialization/fields.js';
import { KerasObject } from '../serialization/keras-object.js';

export abstract class Regularizer<F extends Fields = Fields> extends KerasObject<F> {
  /** The penalty of a tensor, a scalar. */
  abstract call(x: Output): Output;
}
