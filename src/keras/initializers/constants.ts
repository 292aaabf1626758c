/** Initializers that give values which do not depend on chance. */
import { ValueError } from '../../errors.js';
import { isDictionary } from '../../tree.js';
import { checkNumber, mustBe } from '../../validate.js';
import { type Field, field, number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Initializer, type Values } from './initializer.js';

const none = {};

export class Zeros extends Initializer<typeof none> {
  static readonly className = 'Zeros';
  static readonly fields = none;
  static readonly aliases = ['zero'];
  override readonly isRepeatable = true;

  protected override fill(data: Values): void {
    data.fill(0);
  }
}

export class Ones extends Initializer<typeof none> {
  static readonly className = 'Ones';
  static readonly fields = none;
  static readonly aliases = ['one'];
  override readonly isRepeatable = true;

  protected override fill(data: Values): void {
    data.fill(1);
  }
}

/** A number, or nested lists of numbers of one length. */
type Nested = number | readonly Nested[];

function checkNested(name: string, value: unknown): Nested {
  // Keras writes arrays as { class_name: '__numpy__', config: { value, dtype } }.
  if (isDictionary(value) && isDictionary(value.config)) return checkNested(name, value.config.value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (!Array.isArray(value)) return checkNumber(name, value);
  const items = value.map((v, i) => checkNested(`${name}[${i}]`, v));
  const [first] = items;
  const length = (v: Nested | undefined): number => (Array.isArray(v) ? v.length : -1);
  const other = items.findIndex((v) => length(v) !== length(first));
  if (other >= 0) throw mustBe(`${name}[${other}]`, 'a list like its neighbours', value[other]);
  return items;
}

const nestedField: Field<Nested | object, Nested, false> = field<Nested | object, Nested>(checkNested, (value) => value, 0);

const constantFields = {
  /** The value of every weight, 0 by default; nested lists are spread over axes in front, as in NumPy. */
  value: nestedField,
};

export class Constant extends Initializer<typeof constantFields> {
  static readonly className = 'Constant';
  static readonly fields = constantFields;

  protected override fill(data: Values, shape: readonly number[]): void {
    const { value } = this.options;
    if (typeof value === 'number') {
      data.fill(value);
      return;
    }
    const own: number[] = [];
    for (let v: Nested | undefined = value; Array.isArray(v); v = v[0]) own.push(v.length);
    const lead = shape.length - own.length;
    if (lead < 0 || own.some((size, i) => size !== 1 && size !== shape[lead + i]))
      throw new ValueError(`\`value\` of Constant, of shape [${own.join(', ')}], does not fit a weight of shape [${shape.join(', ')}]`);
    const flat = flatten(value);
    for (let i = 0; i < data.length; i++) data[i] = flat[sourceIndex(i, shape, own)] as number;
  }
}

const flatten = (value: Nested): number[] => (typeof value === 'number' ? [value] : value.flatMap(flatten));

/** Where element `i` of an array of `shape` comes from in one of the last axes `own`, whose axes of size 1 are spread. */
function sourceIndex(i: number, shape: readonly number[], own: readonly number[]): number {
  let [rest, index, stride] = [i, 0, 1];
  for (let axis = own.length - 1; axis >= 0; axis--) {
    const size = shape[shape.length - own.length + axis] as number;
    if (own[axis] !== 1) index += (rest % size) * stride;
    stride *= own[axis] as number;
    rest = Math.floor(rest / size);
  }
  return index;
}

const identityFields = {
  /** The value on the diagonal; 1 by default. */
  gain: number({ default: 1 }),
};

/** A matrix with `gain` on its diagonal and zeros elsewhere. */
export class Identity extends Initializer<typeof identityFields> {
  static readonly className = 'Identity';
  static readonly fields = identityFields;
  static readonly aliases = ['IdentityInitializer'];

  protected override fill(data: Values, shape: readonly number[]): void {
    if (shape.length !== 2) throw new ValueError(`Identity needs a matrix, received a weight of shape [${shape.join(', ')}]`);
    const [rows, columns] = shape as [number, number];
    for (let i = 0; i < Math.min(rows, columns); i++) data[i * columns + i] = this.options.gain;
  }
}

export const zeros = factory(Zeros as new (options?: object) => Zeros);
export const ones = factory(Ones as new (options?: object) => Ones);
export const constant = factory(Constant as new (options?: OptionsOf<typeof constantFields>) => Constant);
export const identity = factory(Identity as new (options?: OptionsOf<typeof identityFields>) => Identity);
