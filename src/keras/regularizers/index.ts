/** Regularizers by name. */
import { type Field, field, optional } from '../serialization/fields.js';
import { type Identifier, Registry } from '../serialization/registry.js';
import { L1, L1L2, L2 } from './l1-l2.js';
import { OrthogonalRegularizer } from './orthogonal-regularizer.js';
import { Regularizer } from './regularizer.js';

export { l1, l1l2, l2 } from './l1-l2.js';
export { orthogonalRegularizer } from './orthogonal-regularizer.js';
export { Regularizer } from './regularizer.js';

export const regularizerRegistry = new Registry<Regularizer>('regularizer', Regularizer as never, [L1, L2, L1L2, OrthogonalRegularizer]);

/** A regularizer, its name or its config; `null`, the default, is none. */
export const regularizer = (): Field<Identifier<Regularizer> | null, Regularizer | null, false> =>
  optional(
    field<Identifier<Regularizer>, Regularizer>(
      (name, value) => regularizerRegistry.get(value, name),
      (value) => value.serialize('keras.regularizers'),
    ),
  );
