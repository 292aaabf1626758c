/** Options that say how much lies before and after each spatial axis. */
import { checkInteger, mustHold } from '../../validate.js';
import { type Field, field } from '../serialization/fields.js';

type Pair = readonly [number, number];
type EdgesInput = number | readonly (number | Pair)[];

/** One number for all edges, one per axis, or a pair per axis; of a single axis, the pair alone. */
export function edges(rank: number, fallback: number): Field<EdgesInput, readonly Pair[], false> {
  const one = (name: string, value: unknown): number => checkInteger(name, value, { min: 0 });
  const pair = (name: string, value: unknown): Pair => {
    if (!Array.isArray(value)) return [one(name, value), one(name, value)];
    if (value.length !== 2) throw mustHold(name, 'a number or a pair', value);
    return [one(`${name}[0]`, value[0]), one(`${name}[1]`, value[1])];
  };
  return field<EdgesInput, readonly Pair[]>(
    (name, value) => {
      if (!Array.isArray(value)) return Array.from({ length: rank }, () => pair(name, value));
      if (rank === 1 && value.length === 2 && !Array.isArray(value[0])) return [pair(name, value)];
      if (value.length !== rank) throw mustHold(name, `a number or a list of ${rank}`, value);
      return value.map((v, i) => pair(`${name}[${i}]`, v));
    },
    (value) => (rank === 1 ? value[0] : value),
    fallback,
  );
}
