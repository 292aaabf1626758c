/** Checks of arguments, with the messages that every room shares: "`name` must be X, received Y". */
import { typeError, ValueError } from './errors.js';
import { isDictionary } from './tree.js';

/** A short, safe description of any value, for messages. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (typeof value === 'symbol') return value.toString();
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value))
    return value.length <= 8 && value.every((v) => typeof v !== 'object')
      ? `[${value.map(describe).join(', ')}]`
      : `an array of ${value.length}`;
  if (isDictionary(value))
    return `an object with ${Object.keys(value).length === 0 ? 'no keys' : `the keys ${Object.keys(value).slice(0, 8).join(', ')}`}`;
  return `a ${value.constructor?.name ?? 'object'}`;
}

/** The `TypeError` that says what an argument must be. */
export const mustBe = (name: string, expectation: string, received: unknown): TypeError =>
  typeError(`\`${name}\` must be ${expectation}, received ${describe(received)}`);

/** The `ValueError` that says what an argument's value must be. */
export const mustHold = (name: string, expectation: string, received: unknown): ValueError =>
  new ValueError(`\`${name}\` must be ${expectation}, received ${describe(received)}`);

/** Bounds of a number; both are inclusive unless `exclusive`. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** Excludes the bounds themselves. */
  readonly exclusive?: boolean;
}

const boundsText = ({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, exclusive }: Bounds): string => {
  const open = exclusive ? 'between' : 'in';
  if (min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY) return '';
  if (max === Number.POSITIVE_INFINITY) return exclusive ? ` above ${min}` : min === 0 ? ' that is not negative' : ` of at least ${min}`;
  if (min === Number.NEGATIVE_INFINITY) return exclusive ? ` below ${max}` : ` of at most ${max}`;
  return exclusive ? ` ${open} ${min} and ${max}` : ` in [${min}, ${max}]`;
};

/** A finite number within bounds. @throws TypeError for no number, ValueError outside of the bounds. */
export function checkNumber(name: string, value: unknown, bounds: Bounds = {}): number {
  if (typeof value !== 'number') throw mustBe(name, `a number${boundsText(bounds)}`, value);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, exclusive } = bounds;
  const inside = exclusive ? value > min && value < max : value >= min && value <= max;
  if (!Number.isFinite(value) || !inside) throw mustHold(name, `a finite number${boundsText(bounds)}`, value);
  return value;
}

/** A whole number within bounds. */
export function checkInteger(name: string, value: unknown, bounds: Bounds = {}): number {
  if (typeof value !== 'number') throw mustBe(name, `a whole number${boundsText(bounds)}`, value);
  if (!Number.isSafeInteger(value)) throw mustHold(name, `a whole number${boundsText(bounds)}`, value);
  checkNumber(name, value, bounds);
  return value;
}

export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw mustBe(name, 'true or false', value);
  return value;
}

export function checkString(name: string, value: unknown): string {
  if (typeof value !== 'string') throw mustBe(name, 'a string', value);
  return value;
}

/** One of a fixed set of strings. */
export function checkOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const list = allowed.map((a) => JSON.stringify(a)).join(', ');
  if (typeof value !== 'string') throw mustBe(name, `one of ${list}`, value);
  if (!allowed.includes(value as T)) throw mustHold(name, `one of ${list}`, value);
  return value as T;
}

export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw mustBe(name, 'a function', value);
}

/** An options object without keys that nobody reads: a misspelt option must not be ignored. */
export function checkOptions(name: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mustBe(name, 'an object with options', value);
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) throw typeError(`\`${name}\` has no option \`${key}\`; it has ${known.map((k) => `\`${k}\``).join(', ')}`);
  }
}
