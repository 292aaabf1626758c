/** The axes that losses of overlapping regions sum over. */
import { checkInteger } from '../../validate.js';
import { type Field, field } from '../serialization/fields.js';

type Axes = number | readonly number[] | null;

/** One axis or several; `null`, the default, means all of them: one value for the whole batch. */
export const axesField: Field<Axes, Axes, false> = field<Axes, Axes>(
  (name, value) => {
    if (value === null) return null;
    return Array.isArray(value) ? value.map((v, i) => checkInteger(`${name}[${i}]`, v)) : checkInteger(name, value);
  },
  (value) => value,
  null,
);
