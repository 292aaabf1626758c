/**
 * Options of layers, losses, metrics and the rest, declared once: the declaration gives the TypeScript type, the checks with their
 * messages, the defaults, and the Keras config in both directions.
 */

import { typeError } from '../../errors.js';
import { isDictionary } from '../../tree.js';
import {
  type Bounds,
  checkBoolean,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkString,
  mustBe,
  mustHold,
} from '../../validate.js';
import { camelCase, snakeCase } from './names.js';

/** One option. `In` is what a user may pass, `Value` what the object keeps. */
export interface Field<In = unknown, Value = unknown, Required extends boolean = boolean> {
  readonly required: Required;
  /** The default, as a user would have passed it. */
  readonly fallback: In | undefined;
  /** Checks a value; `name` says which option of what. */
  parse(name: string, value: unknown): Value;
  /** The value in a Keras config. */
  serialize(value: Value): unknown;
  /** Only for the type. */
  readonly input?: In;
}

// biome-ignore lint/suspicious/noExplicitAny: a field's types are known where it is declared
type AnyField = Field<any, any, boolean>;
export type Fields = Readonly<Record<string, AnyField>>;

type RequiredKeys<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer _I, infer _V, true> ? K : never }[keyof F];
type InputOf<F> = F extends Field<infer In, infer _V, boolean> ? In : never;
/** The options object that a user passes; no number, which types without required keys would take. */
export type OptionsOf<F extends Fields> = object & { readonly [K in keyof F as K extends RequiredKeys<F> ? K : never]: InputOf<F[K]> } & {
  readonly [K in keyof F as K extends RequiredKeys<F> ? never : K]?: InputOf<F[K]> | undefined;
};
/** The checked options that an object keeps. */
export type ValuesOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer _I, infer Value, boolean> ? Value : never };

/** Makes a field; without a fallback it is required. */
export function field<In, Value>(
  parse: (name: string, value: unknown) => Value,
  serialize: (value: Value) => unknown,
): Field<In, Value, true>;
export function field<In, Value>(
  parse: (name: string, value: unknown) => Value,
  serialize: (value: Value) => unknown,
  fallback: In,
): Field<In, Value, false>;
export function field<In, Value>(
  parse: (name: string, value: unknown) => Value,
  serialize: (value: Value) => unknown,
  ...fallback: [In?]
): Field<In, Value> {
  return { required: fallback.length === 0, fallback: fallback[0], parse, serialize };
}

const same = (value: unknown): unknown => value;
type Maker<In, Value, Extra extends unknown[] = []> = {
  (...extra: Extra): Field<In, Value, true>;
  (fallback: In, ...extra: Extra): Field<In, Value, false>;
};

/** A whole number. */
export function integer(options: Bounds & { readonly default: number }): Field<number, number, false>;
export function integer(options?: Bounds): Field<number, number, true>;
export function integer(options: Bounds & { readonly default?: number } = {}): Field<number, number> {
  const parse = (name: string, value: unknown): number => checkInteger(name, value, options);
  return options.default === undefined ? field<number, number>(parse, same) : field<number, number>(parse, same, options.default);
}

/** A finite number. */
export function number(options: Bounds & { readonly default: number }): Field<number, number, false>;
export function number(options?: Bounds): Field<number, number, true>;
export function number(options: Bounds & { readonly default?: number } = {}): Field<number, number> {
  const parse = (name: string, value: unknown): number => checkNumber(name, value, options);
  return options.default === undefined ? field<number, number>(parse, same) : field<number, number>(parse, same, options.default);
}

export const boolean = (fallback: boolean): Field<boolean, boolean, false> => field<boolean, boolean>(checkBoolean, same, fallback);

export const string: Maker<string, string> = ((...fallback: [string?]) =>
  field<string, string>(checkString, same, ...(fallback as [string]))) as never;

/** One of a fixed set of strings. */
export function oneOf<const T extends string>(allowed: readonly T[], fallback: NoInfer<T>): Field<T, T, false> {
  return field<T, T>((name, value) => checkOneOf(name, value, allowed), same, fallback);
}

/** A field that may be `null`, and is by default. */
export function optional<In, Value>(inner: Field<In, Value, boolean>): Field<In | null, Value | null, false> {
  return field<In | null, Value | null>(
    (name, value) => (value === null ? null : inner.parse(name, value)),
    (value) => (value === null ? null : inner.serialize(value)),
    null,
  );
}

/** A list of values of one kind. */
export function list<In, Value>(item: Field<In, Value, boolean>, fallback: readonly In[]): Field<readonly In[], readonly Value[], false>;
export function list<In, Value>(item: Field<In, Value, boolean>): Field<readonly In[], readonly Value[], true>;
export function list<In, Value>(item: Field<In, Value, boolean>, ...fallback: [(readonly In[])?]): Field<readonly In[], readonly Value[]> {
  const parse = (name: string, value: unknown): readonly Value[] => {
    if (!Array.isArray(value)) throw mustBe(name, 'a list', value);
    return value.map((v, i) => item.parse(`${name}[${i}]`, v));
  };
  const serialize = (values: readonly Value[]): unknown => values.map((v) => item.serialize(v));
  return fallback.length === 0
    ? field<readonly In[], readonly Value[]>(parse, serialize)
    : field<readonly In[], readonly Value[]>(parse, serialize, fallback[0] as readonly In[]);
}

/** A size per spatial axis: one number for all axes, or a list of `rank`. */
export function spatial(
  rank: number,
  options: Bounds & { readonly default: number },
): Field<number | readonly number[], readonly number[], false>;
export function spatial(rank: number, options?: Bounds): Field<number | readonly number[], readonly number[], true>;
export function spatial(
  rank: number,
  options: Bounds & { readonly default?: number } = {},
): Field<number | readonly number[], readonly number[]> {
  const bounds = { min: 1, ...options };
  const parse = (name: string, value: unknown): readonly number[] => {
    if (!Array.isArray(value)) return Array.from({ length: rank }, () => checkInteger(name, value, bounds));
    if (value.length !== rank) throw mustHold(name, `a number or a list of ${rank}`, value);
    return value.map((v, i) => checkInteger(`${name}[${i}]`, v, bounds));
  };
  return options.default === undefined
    ? field<number | readonly number[], readonly number[]>(parse, same)
    : field<number | readonly number[], readonly number[]>(parse, same, options.default);
}

/** Checks an options object: unknown keys, missing ones, each value. @throws TypeError, ValueError */
export function parseOptions<F extends Fields>(owner: string, fields: F, options: unknown): ValuesOf<F> {
  if (!isDictionary(fields)) throw mustBe(`static fields of ${owner}`, 'the options of the class, `{}` for none', fields);
  checkOptions(`options of ${owner}`, options ?? {}, Object.keys(fields));
  const given = (options ?? {}) as Record<string, unknown>;
  const values: Record<string, unknown> = {};
  for (const [key, f] of Object.entries(fields)) {
    const value = given[key] === undefined ? f.fallback : given[key];
    if (value === undefined && f.required) throw typeError(`\`${key}\` of ${owner} must be given`);
    values[key] = value === undefined ? undefined : f.parse(`${key} of ${owner}`, value);
  }
  return Object.freeze(values) as ValuesOf<F>;
}

/** The Keras config of checked options; keys that are undefined are left out. */
export function serializeOptions<F extends Fields>(fields: F, values: ValuesOf<F>): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const [key, f] of Object.entries(fields)) {
    const value = (values as Record<string, unknown>)[key];
    if (value !== undefined) config[snakeCase(key)] = f.serialize(value);
  }
  return config;
}

/** What a table has under a name that may be any string: not what all objects inherit, such as `constructor`. */
export const named = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/**
 * A Keras config as options. Keys that say nothing about the result, such as `build_config`, are dropped: those that `ignored` names.
 * `renamed` has the present names of keys that old files have.
 */
export function optionsFromConfig(
  config: Readonly<Record<string, unknown>>,
  ignored: readonly string[] = [],
  renamed: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  // Without a prototype, which a key `__proto__` of a hostile file would replace.
  const options: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(config)) {
    if (!ignored.includes(key)) options[camelCase(named(renamed, key) ?? key)] = value;
  }
  return options;
}
