/** Pooling into a given number of windows, whose sizes follow from the input's. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, slice } from '../../graph/ops/array.js';
import { max, mean } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { type Fields, spatial } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import type { SerializableClass } from '../serialization/registry.js';
import { dataFormat } from './data-format.js';

// Each window is an op of its own.
const MAX_SIZE = 2 ** 12;

/** The options of adaptive pooling over `rank` spatial axes. */
const adaptivePoolingFields = (rank: number) => ({
  /** Windows along each axis, at least 1. */
  outputSize: spatial(rank, { max: MAX_SIZE }),
  dataFormat,
});
export type AdaptivePoolingOptions = LayerOptionsOf<ReturnType<typeof adaptivePoolingFields>>;

/** Window `i` of `n` over an axis of size `s` is `[⌊i · s / n⌋, ⌈(i + 1) · s / n⌉)`: windows may overlap. */
abstract class AdaptivePooling<F extends Fields = Fields> extends Layer<F> {
  protected abstract reduce(x: Output, axis: number): Output;

  protected override build(shape: Shape): void {
    const { outputSize } = this.options as unknown as { readonly outputSize: readonly number[] };
    const sizes = shape.slice(1, -1);
    if (shape.length !== outputSize.length + 2 || sizes.some((s) => typeof s !== 'number'))
      throw new ValueError(
        `layer \`${this.name}\` needs an input of ${outputSize.length + 2} axes, those in the middle of known sizes, received [${shape.map((s) => s ?? 'null').join(', ')}]`,
      );
  }

  protected override call(_ctx: Context, given: Output): Output {
    const { outputSize } = this.options as unknown as { readonly outputSize: readonly number[] };
    return outputSize.reduce((x, count, i) => this.#pool(x, i + 1, count), given);
  }

  #pool(x: Output, axis: number, count: number): Output {
    const size = (x.shape as Shape)[axis] as number;
    if (count === size) return x;
    const windows = Array.from({ length: count }, (_, i) => {
      const begin = Math.floor((i * size) / count);
      const along = (value: number, other: number): number[] => Array.from({ length: x.rank }, (__, k) => (k === axis ? value : other));
      return this.reduce(slice(x, along(begin, 0), along(Math.ceil(((i + 1) * size) / count) - begin, -1)), axis);
    });
    return concat(windows, axis);
  }
}

function adaptivePooling(className: string, rank: number, reduction: typeof max): SerializableClass<Layer> {
  return class extends AdaptivePooling {
    static readonly className = className;
    static readonly fields = adaptivePoolingFields(rank);

    protected override reduce(x: Output, axis: number): Output {
      return reduction(x, axis, true);
    }
  };
}

export const AdaptiveAveragePooling1D = adaptivePooling('AdaptiveAveragePooling1D', 1, mean);
export const AdaptiveAveragePooling2D = adaptivePooling('AdaptiveAveragePooling2D', 2, mean);
export const AdaptiveAveragePooling3D = adaptivePooling('AdaptiveAveragePooling3D', 3, mean);
export const AdaptiveMaxPooling1D = adaptivePooling('AdaptiveMaxPooling1D', 1, max);
export const AdaptiveMaxPooling2D = adaptivePooling('AdaptiveMaxPooling2D', 2, max);
export const AdaptiveMaxPooling3D = adaptivePooling('AdaptiveMaxPooling3D', 3, max);

const layer = (cls: SerializableClass<Layer>): ((options: AdaptivePoolingOptions) => Layer) => factory<AdaptivePoolingOptions, Layer>(cls);

/** The mean of each of so many windows: `[batch, steps, channels]` to `[batch, outputSize, channels]`. */
export const adaptiveAveragePooling1d = layer(AdaptiveAveragePooling1D);
/** The mean of each of so many windows: `[batch, height, width, channels]` to `[batch, …outputSize, channels]`. */
export const adaptiveAveragePooling2d = layer(AdaptiveAveragePooling2D);
/** The mean of each of so many windows: `[batch, depth, height, width, channels]` to `[batch, …outputSize, channels]`. */
export const adaptiveAveragePooling3d = layer(AdaptiveAveragePooling3D);
/** The largest value of each of so many windows: `[batch, steps, channels]` to `[batch, outputSize, channels]`. */
export const adaptiveMaxPooling1d = layer(AdaptiveMaxPooling1D);
/** The largest value of each of so many windows: `[batch, height, width, channels]` to `[batch, …outputSize, channels]`. */
export const adaptiveMaxPooling2d = layer(AdaptiveMaxPooling2D);
/** The largest value of each of so many windows: `[batch, depth, height, width, channels]` to `[batch, …outputSize, channels]`. */
export const adaptiveMaxPooling3d = layer(AdaptiveMaxPooling3D);
