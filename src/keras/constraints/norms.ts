/** Weights whose norm along some axes is kept within bounds. */
import type { Output } from '../../graph/graph.js';
import { add, clip, div, mul, sqrt, square } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { checkInteger } from '../../validate.js';
import { EPSILON } from '../epsilon.js';
import { type Field, field, number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Constraint } from './constraint.js';

type Axes = number | readonly number[];
const axisField: Field<Axes, Axes, false> = field<Axes, Axes>(
  (name, value) => (Array.isArray(value) ? value.map((v, i) => checkInteger(`${name}[${i}]`, v)) : checkInteger(name, value)),
  (value) => value,
  0,
);
const axis = {
  /** What the norm is taken over; 0, the inputs of a dense kernel, by default, `[0, 1, 2]` for that of a convolution. */
  axis: axisField,
};
const maxFields = {
  /** The largest norm; not negative, 2 by default. */
  maxValue: number({ min: 0, default: 2 }),
  ...axis,
};
const minMaxFields = {
  /** The smallest norm; not negative, 0 by default. */
  minValue: number({ min: 0, default: 0 }),
  /** The largest norm; not negative, 1 by default. */
  maxValue: number({ min: 0, default: 1 }),
  /** How far norms move into the bounds at each step, in [0, 1]: 1, the default, is all the way, 0 not at all. */
  rate: number({ min: 0, max: 1, default: 1 }),
  ...axis,
};
const unitFields = { ...axis };

const norms = (weight: Output, axes: Axes): Output => sqrt(sum(square(weight), axes, true));
const rescaled = (weight: Output, from: Output, to: Output): Output => mul(weight, div(to, add(from, EPSILON)));

/** Norms of at most `maxValue`. */
export class MaxNorm extends Constraint<typeof maxFields> {
  static readonly className = 'MaxNorm';
  static readonly fields = maxFields;

  override call(weight: Output): Output {
    const current = norms(weight, this.options.axis);
    return rescaled(weight, current, clip(current, 0, this.options.maxValue));
  }
}

/** Norms that move into `[minValue, maxValue]`. */
export class MinMaxNorm extends Constraint<typeof minMaxFields> {
  static readonly className = 'MinMaxNorm';
  static readonly fields = minMaxFields;

  override call(weight: Output): Output {
    const { minValue, maxValue, rate, axis: axes } = this.options;
    const current = norms(weight, axes);
    return rescaled(weight, current, add(mul(clip(current, minValue, maxValue), rate), mul(current, 1 - rate)));
  }
}

/** Norms of 1. */
export class UnitNorm extends Constraint<typeof unitFields> {
  static readonly className = 'UnitNorm';
  static readonly fields = unitFields;

  override call(weight: Output): Output {
    return div(weight, add(norms(weight, this.options.axis), EPSILON));
  }
}

export const maxNorm = factory(MaxNorm as new (options?: OptionsOf<typeof maxFields>) => MaxNorm);
export const minMaxNorm = factory(MinMaxNorm as new (options?: OptionsOf<typeof minMaxFields>) => MinMaxNorm);
export const unitNorm = factory(UnitNorm as new (options?: OptionsOf<typeof unitFields>) => UnitNorm);
