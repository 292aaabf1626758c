/** Features shifted and scaled by a known mean and variance. */

import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { reshape } from '../../graph/ops/array.js';
import { add, cast, div, maximum, mul, sqrt, sub } from '../../graph/ops/math.js';
import { sizeOf, Tensor, type TensorData, tensor } from '../../tensor.js';
import type { Shape } from '../../tensor-spec.js';
import { checkInteger } from '../../validate.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { EPSILON } from '../epsilon.js';
import { Ones } from '../initializers/constants.js';
import { boolean, field, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const values = optional(
  field<TensorData | Tensor, Tensor>(
    (_name, value) => (value instanceof Tensor ? value : tensor(value as TensorData, undefined, 'float32')),
    nested,
  ),
);

const fields = {
  /** The axes whose places are normalised each by itself: one or several, or `null` for one mean of all; the last by default. */
  axis: field<number | readonly number[] | null, readonly number[]>(
    (name, value) =>
      value === null ? [] : Array.isArray(value) ? value.map((v, i) => checkInteger(`${name}[${i}]`, v)) : [checkInteger(name, value)],
    (axes) => (axes.length === 0 ? null : [...axes]),
    -1,
  ),
  /** Known means, a number or as many as the axes have places; found by `adapt` where they are not given. */
  mean: values,
  /** Known variances, in the form of `mean`. */
  variance: values,
  /** Whether the mapping is reversed; `false` by default. */
  invert: boolean(false),
};
export type NormalizationOptions = LayerOptionsOf<typeof fields>;

/** `(x - mean) / √variance`, in the same shape. */
export class Normalization extends Layer<typeof fields> {
  static readonly className = 'Normalization';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;
  #axes: readonly number[] = [];
  #broadcast: readonly number[] = [];
  #mean: Weight | undefined;
  #variance: Weight | undefined;

  constructor(options: NormalizationOptions = {}) {
    super(options);
    const { mean, variance } = this.options;
    if ((mean === null) !== (variance === null)) throw new ValueError('`mean` and `variance` of Normalization must be given together');
    if (mean !== null && variance !== null && String(mean.shape) !== String(variance.shape))
      throw new ValueError(`\`mean\` and \`variance\` of Normalization must have the same shape, received ${mean} and ${variance}`);
  }

  /** Takes mean and variance from data `[…]` of the input's shape, all at once; the layer keeps them as weights. */
  adapt(data: Tensor): void {
    if (this.options.mean !== null) throw new ValueError(`layer \`${this.name}\` has a mean of its own: \`adapt\` is for layers without`);
    this.ensureBuilt([null, ...data.shape.slice(1)]);
    const { mean, variance } = moments(data, this.#axes);
    const shape = this.#mean?.shape ?? [];
    if (mean.length !== sizeOf(shape)) throw new ValueError(`\`data\` must fit the inputs of layer \`${this.name}\`, received ${data}`);
    const own = (list: Float64Array): Tensor =>
      tensor(
        this.policy.variable === 'float64' ? list : Float32Array.from(list),
        shape,
        this.policy.variable === 'float64' ? 'float64' : 'float32',
      );
    (this.#mean as Weight).value = own(mean);
    (this.#variance as Weight).value = own(variance);
  }

  protected override build(shape: Shape): void {
    const rank = shape.length;
    this.#axes = this.options.axis.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b);
    if (this.#axes.some((a) => a < 0 || a >= rank))
      throw new ValueError(
        `\`axis\` of layer \`${this.name}\` must be among the ${rank} axes of its input, received [${this.options.axis.join(', ')}]`,
      );
    const sizes = this.#axes.map((a) => shape[a]);
    if (sizes.some((s) => typeof s !== 'number'))
      throw new ValueError(`layer \`${this.name}\` needs an input whose kept axes have known sizes, received [${shape.join(', ')}]`);
    this.#broadcast = shape.map((s, i) => (this.#axes.includes(i) ? (s as number) : 1));
    if (this.options.mean !== null) return;
    this.#mean = this.addWeight('mean', sizes as number[], { trainable: false });
    this.#variance = this.addWeight('variance', sizes as number[], { initializer: new Ones(), trainable: false });
    // Nothing reads it, but Keras's files have it.
    this.addWeight('count', [], { trainable: false, dtype: 'int64' });
  }

  protected override call(ctx: Context, input: Output): Output {
    const x = cast(input, this.policy.compute);
    const mean = this.#spread(ctx, x, this.options.mean, this.#mean);
    const deviation = maximum(sqrt(this.#spread(ctx, x, this.options.variance, this.#variance)), EPSILON);
    return this.options.invert ? add(mean, mul(x, deviation)) : div(sub(x, mean), deviation);
  }

  /** Given values, aligned with the last of the kept axes, or the weight's. */
  #spread(ctx: Context, x: Output, given: Tensor | null, weight: Weight | undefined): Output {
    if (given === null) return reshape(this.read(ctx, weight as Weight), this.#broadcast);
    const shape = this.#broadcast.map(() => 1);
    given.shape.forEach((size, i) => {
      const axis = this.#axes.at(i - given.shape.length);
      if (axis === undefined || (size !== 1 && size !== this.#broadcast[axis]))
        throw new ValueError(
          `\`mean\` of layer \`${this.name}\` must fit the axes [${this.options.axis.join(', ')}] of ${x}, received ${given}`,
        );
      shape[axis] = size;
    });
    return cast(x.graph.constant(tensor(given.data as Float32Array, shape)), x.dtype);
  }
}

/** Nested lists, as a config has them. */
function nested(t: Tensor): unknown {
  const at = (depth: number, start: number): unknown => {
    if (depth === t.shape.length) return Number(t.data[start]);
    const step = sizeOf(t.shape.slice(depth + 1));
    return Array.from({ length: t.shape[depth] as number }, (_, i) => at(depth + 1, start + i * step));
  };
  return at(0, 0);
}

/** Mean and variance over all axes but the kept ones, in two passes. */
function moments({ shape, data }: Tensor, kept: readonly number[]): { mean: Float64Array; variance: Float64Array } {
  const size = sizeOf(kept.map((a) => shape[a] as number));
  const place = (index: number): number => {
    let at = 0;
    for (const axis of kept)
      at = at * (shape[axis] as number) + (Math.floor(index / sizeOf(shape.slice(axis + 1))) % (shape[axis] as number));
    return at;
  };
  const average = (value: (index: number, at: number) => number): Float64Array => {
    const total = new Float64Array(size);
    for (let i = 0; i < data.length; i++) total[place(i)] = (total[place(i)] as number) + value(i, place(i));
    return total.map((v) => v / (data.length / size));
  };
  const mean = average((i) => Number(data[i]));
  return { mean, variance: average((i, at) => (Number(data[i]) - (mean[at] as number)) ** 2) };
}

export const normalization = factory<NormalizationOptions | undefined, Normalization>(Normalization as never);
