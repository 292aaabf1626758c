/** What an operation of a Keras graph is given, by name: each value is checked when it is read. */
import { DTYPES, type DType, isFloating, type NumericDType } from '../../dtype.js';
import { ValueError } from '../../errors.js';
import { type Graph, Output } from '../../graph/graph.js';
import { cast, notEqual } from '../../graph/ops/math.js';
import { type TensorData, tensor } from '../../tensor.js';
import { isDictionary } from '../../tree.js';
import { checkBoolean, checkInteger, checkNumber, mustBe, mustHold } from '../../validate.js';

/** The classes by which Keras writes constant tensors. */
const CONSTANTS: readonly unknown[] = ['__tensor__', '__numpy__'];

export class Arguments {
  readonly #operation: string;
  readonly #graph: Graph;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  constructor(operation: string, graph: Graph, values: Readonly<Record<string, unknown>>) {
    this.#operation = operation;
    this.#graph = graph;
    this.#values = values;
  }

  /** Whether there is such a value. */
  has(name: string): boolean {
    return (this.value(name) ?? null) !== null;
  }

  /** The value as it is. */
  value(name: string): unknown {
    this.#read.add(name);
    return this.#values[name];
  }

  /** A tensor: a constant where it is given as a number, a list or Keras's form of a constant. */
  tensor(name: string): Output {
    return this.#tensor(this.#where(name), this.value(name));
  }

  /** A list of tensors of one element type. */
  tensors(name: string): Output[] {
    const value = this.value(name);
    if (!Array.isArray(value) || value.length === 0) throw mustBe(this.#where(name), 'a list of tensors', value);
    return promoted(value.map((v, i) => this.#tensor(`${this.#where(name)}[${i}]`, v)));
  }

  /** Two tensors of one element type; a number takes that of the other where it can. */
  pair(first: string, second: string): [Output, Output] {
    const [x, y] = [this.value(first), this.value(second)];
    const [a, b] = [this.#like(first, x, y), this.#like(second, y, x)];
    return promoted([a, b]) as [Output, Output];
  }

  /** A tensor whose values are floating, those of others converted to `float32`. */
  floating(name: string): Output {
    return asFloating(this.tensor(name));
  }

  integer(name: string, fallback?: number): number {
    const value = this.value(name) ?? fallback;
    return checkInteger(this.#where(name), value, { min: Number.MIN_SAFE_INTEGER });
  }

  number(name: string, fallback?: number): number {
    return checkNumber(this.#where(name), this.value(name) ?? fallback);
  }

  flag(name: string, fallback = false): boolean {
    return checkBoolean(this.#where(name), this.value(name) ?? fallback);
  }

  /** A list of integers; one by itself is a list of one. */
  integers(name: string): number[] {
    const value = this.value(name);
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.map((v, i) => checkInteger(`${this.#where(name)}[${i}]`, v, { min: Number.MIN_SAFE_INTEGER }));
  }

  /** One of the axes of `x`, from 0 on. */
  axis(name: string, rank: number, fallback?: number): number {
    return this.#axis(name, this.value(name) ?? fallback, rank);
  }

  /** Some of the axes of a tensor, from 0 on; all by default. */
  axes(name: string, rank: number): number[] {
    const value = this.value(name) ?? null;
    if (value === null) return Array.from({ length: rank }, (_, i) => i);
    return (Array.isArray(value) ? value : [value]).map((v: unknown) => this.#axis(name, v, rank));
  }

  /** Axes of two tensors that belong together: a list for each, or how many of the last of one and the first of the other. */
  axisPairs(name: string, ranks: readonly [number, number], fallback: number): [number[], number[]] {
    const value = this.value(name) ?? fallback;
    if (typeof value === 'number') {
      const count = checkInteger(this.#where(name), value, { min: 0, max: Math.min(...ranks) });
      const axes = Array.from({ length: count }, (_, i) => i);
      return [axes.map((i) => ranks[0] - count + i), axes];
    }
    if (!Array.isArray(value) || value.length !== 2) throw mustBe(this.#where(name), 'a number of axes, or two lists of them', value);
    const [first, second] = value.map((axes: unknown, i) => [axes].flat().map((axis) => this.#axis(name, axis, ranks[i] as number))) as [
      number[],
      number[],
    ];
    if (first.length !== second.length) throw mustHold(this.#where(name), 'two lists of equal lengths', value);
    return [first, second];
  }

  /** An element type, by default that given. */
  dtype(name: string, fallback: DType): DType {
    const value = this.value(name) ?? fallback;
    if (!(DTYPES as readonly unknown[]).includes(value)) throw mustHold(this.#where(name), 'the name of an element type', value);
    return value as DType;
  }

  /** @throws ValueError where the operation has an option that nothing has read: it would change what is computed */
  checkAllRead(): void {
    const unread = Object.keys(this.#values).filter((name) => !this.#read.has(name) && (this.#values[name] ?? null) !== null);
    if (unread.length > 0) throw new ValueError(`the operation ${this.#operation} has no argument \`${unread.join('`, `')}\` here`);
  }

  /** The error for a value that is of the right kind and cannot be used. */
  refuse(name: string, expected: string): Error {
    return mustHold(this.#where(name), expected, this.value(name));
  }

  #where(name: string): string {
    return `${name} of ${this.#operation}`;
  }

  #axis(name: string, value: unknown, rank: number): number {
    const axis = checkInteger(this.#where(name), value, { min: -rank, max: rank - 1 });
    return axis < 0 ? axis + rank : axis;
  }

  /** A number takes the element type of the other operand, unless it is a fraction beside integers. */
  #like(name: string, value: unknown, other: unknown): Output {
    if (typeof value !== 'number' || !(other instanceof Output)) return this.#tensor(this.#where(name), value);
    const { dtype } = other;
    return this.#graph.constant(value, isFloating(dtype) || (Number.isInteger(value) && dtype !== 'bool') ? dtype : numberType(value));
  }

  #tensor(where: string, value: unknown): Output {
    if (value instanceof Output) return value;
    if (typeof value === 'number') return this.#graph.constant(value, numberType(value));
    if (typeof value === 'boolean') return this.#graph.constant(value, 'bool', []);
    if (isDictionary(value) && CONSTANTS.includes(value.class_name) && isDictionary(value.config)) {
      const { value: data, dtype = 'float32' } = value.config;
      return this.#graph.constant(tensor(data as TensorData, undefined, dtype as NumericDType));
    }
    if (Array.isArray(value)) {
      const numbers = value.flat(Number.POSITIVE_INFINITY) as unknown[];
      return this.#graph.constant(tensor(value as TensorData, undefined, numbers.every(Number.isInteger) ? 'int32' : 'float32'));
    }
    throw mustBe(where, 'a tensor', value);
  }
}

const numberType = (value: number): DType => (Number.isInteger(value) ? 'int32' : 'float32');

const KINDS = ['bool', 'int', 'float'] as const;
const kindOf = (dtype: DType): number => (dtype === 'bool' ? 0 : isFloating(dtype) ? 2 : 1);
const BITS: Readonly<Record<string, number>> = { bfloat16: 16 };
const bitsOf = (dtype: DType): number => BITS[dtype] ?? Number(/\d+$/.exec(dtype)?.[0] ?? 1);

/** The element type that values of both types have: the wider one of the more general kind. */
export function commonType(a: DType, b: DType): DType {
  if (a === b) return a;
  if (kindOf(a) !== kindOf(b)) return kindOf(a) > kindOf(b) ? a : b;
  if (bitsOf(a) !== bitsOf(b)) return bitsOf(a) > bitsOf(b) ? a : b;
  // Of one width: the two 16-bit floats, or an integer with and one without a sign.
  return KINDS[kindOf(a)] === 'float' ? 'float32' : (`int${Math.min(64, 2 * bitsOf(a))}` as DType);
}

/** The tensors in their common element type. */
export function promoted(xs: readonly Output[]): Output[] {
  const type = xs.map((x) => x.dtype).reduce(commonType);
  return xs.map((x) => cast(x, type));
}

/** Integers and truth values become `float32`. */
export const asFloating = (x: Output): Output => (isFloating(x.dtype) ? x : cast(x, 'float32'));

/** What is not 0 is true. */
export const asBoolean = (x: Output): Output => (x.dtype === 'bool' ? x : notEqual(x, 0));
