/** An option that names an axis, or several. */
import { checkInteger } from '../../validate.js';
import { type Field, field } from '../serialization/fields.js';

/** A number or a list; the last axis by default. */
export const axesField: Field<number | readonly number[], readonly number[], false> = field<number | readonly number[], readonly number[]>(
  (name, value) => (Array.isArray(value) ? value.map((v, i) => checkInteger(`${name}[${i}]`, v)) : [checkInteger(name, value)]),
  (axes) => (axes.length === 1 ? axes[0] : [...axes]),
  -1,
);
