/** Initializers with a fixed distribution. */
import type { Random } from '../../random.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Initializer, seedField, type Values } from './initializer.js';

/** A standard normal sample within two standard deviations. */
export function truncatedNormal(random: Random): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) return value;
  }
}

const uniformFields = {
  /** Lower bound; -0.05 by default. */
  minval: number({ default: -0.05 }),
  /** Upper bound; 0.05 by default. */
  maxval: number({ default: 0.05 }),
  /** A whole number for the same values every time, `null` (default) for others. */
  seed: seedField,
};

export class RandomUniform extends Initializer<typeof uniformFields> {
  static readonly className = 'RandomUniform';
  static readonly fields = uniformFields;
  static readonly aliases = ['uniform'];
  override readonly isRepeatable = true;

  protected override fill(data: Values, _shape: readonly number[], random: Random): void {
    const { minval, maxval } = this.options;
    for (let i = 0; i < data.length; i++) data[i] = minval + (maxval - minval) * random.uniform();
  }
}

const normalFields = {
  /** 0 by default. */
  mean: number({ default: 0 }),
  /** Standard deviation; not negative, 0.05 by default. */
  stddev: number({ min: 0, default: 0.05 }),
  /** A whole number for the same values every time, `null` (default) for others. */
  seed: seedField,
};

export class RandomNormal extends Initializer<typeof normalFields> {
  static readonly className = 'RandomNormal';
  static readonly fields = normalFields;
  static readonly aliases = ['normal'];
  override readonly isRepeatable = true;

  protected override fill(data: Values, _shape: readonly number[], random: Random): void {
    for (let i = 0; i < data.length; i++) data[i] = this.options.mean + this.options.stddev * random.normal();
  }
}

/** Like {@link RandomNormal}, with samples beyond two standard deviations drawn again. */
export class TruncatedNormal extends Initializer<typeof normalFields> {
  static readonly className = 'TruncatedNormal';
  static readonly fields = normalFields;
  override readonly isRepeatable = true;

  protected override fill(data: Values, _shape: readonly number[], random: Random): void {
    for (let i = 0; i < data.length; i++) data[i] = this.options.mean + this.options.stddev * truncatedNormal(random);
  }
}

export const randomUniform = factory(RandomUniform as new (options?: OptionsOf<typeof uniformFields>) => RandomUniform);
export const randomNormal = factory(RandomNormal as new (options?: OptionsOf<typeof normalFields>) => RandomNormal);
export const truncatedNormalInitializer = factory(TruncatedNormal as new (options?: OptionsOf<typeof normalFields>) => TruncatedNormal);
