/** Thresholds above which predictions count as positive. */
import { checkNumber } from '../../validate.js';
import { EPSILON } from '../epsilon.js';
import { type Field, field } from '../serialization/fields.js';

type Given = number | readonly number[] | null;

/** One threshold in [0, 1] or several; `null`, the default, means 0.5. */
export const thresholdsField: Field<Given, Given, false> = field<Given, Given>(
  (name, value) => {
    if (value === null) return null;
    if (!Array.isArray(value)) return checkNumber(name, value, { min: 0, max: 1 });
    return value.map((v, i) => checkNumber(`${name}[${i}]`, v, { min: 0, max: 1 }));
  },
  (value) => value,
  null,
);

/** The thresholds of an option as a list. */
export const thresholdList = (given: Given, fallback = 0.5): readonly number[] =>
  given === null ? [fallback] : typeof given === 'number' ? [given] : given;

/** `count` thresholds from 0 to 1 at equal distances; one is 0.5. */
export const evenThresholds = (count: number): number[] => (count === 1 ? [0.5] : Array.from({ length: count }, (_, i) => i / (count - 1)));

/** Whether thresholds go from 0 to 1 at equal distances, but for rounding: then predictions are counted by interval. */
export const areEven = (thresholds: readonly number[]): boolean =>
  thresholds.length >= 3 &&
  thresholds.every((t, i) => {
    const even = i / (thresholds.length - 1);
    return Math.abs(t - even) <= EPSILON + 1e-5 * even;
  });
