/** Constraints by name. */
import { type Field, field, optional } from '../serialization/fields.js';
import { type Identifier, Registry } from '../serialization/registry.js';
import { Constraint } from './constraint.js';
import { NonNeg } from './non-neg.js';
import { MaxNorm, MinMaxNorm, UnitNorm } from './norms.js';

export { Constraint } from './constraint.js';
export { nonNeg } from './non-neg.js';
export { maxNorm, minMaxNorm, unitNorm } from './norms.js';

export const constraintRegistry = new Registry<Constraint>('constraint', Constraint as never, [MaxNorm, MinMaxNorm, NonNeg, UnitNorm]);

/** A constraint, its name or its config; `null`, the default, is none. */
export const constraint = (): Field<Identifier<Constraint> | null, Constraint | null, false> =>
  optional(
    field<Identifier<Constraint>, Constraint>(
      (name, value) => constraintRegistry.get(value, name),
      (value) => value.serialize('keras.constraints'),
    ),
  );
