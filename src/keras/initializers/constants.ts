/** Initializers that give one value everywhere. */
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Initializer } from './initializer.js';

const none = {};

export class Zeros extends Initializer<typeof none> {
  static readonly className = 'Zeros';
  static readonly fields = none;
  static readonly aliases = ['zero'];

  protected override fill(data: Float32Array): void {
    data.fill(0);
  }
}

export class Ones extends Initializer<typeof none> {
  static readonly className = 'Ones';
  static readonly fields = none;
  static readonly aliases = ['one'];

  protected override fill(data: Float32Array): void {
    data.fill(1);
  }
}

const constantFields = {
  /** The value of every weight; 0 by default. */
  value: number({ default: 0 }),
};

export class Constant extends Initializer<typeof constantFields> {
  static readonly className = 'Constant';
  static readonly fields = constantFields;

  protected override fill(data: Float32Array): void {
    data.fill(this.options.value);
  }
}

export const zeros = factory(Zeros as new (options?: object) => Zeros);
export const ones = factory(Ones as new (options?: object) => Ones);
export const constant = factory(Constant as new (options?: { readonly value?: number }) => Constant);
