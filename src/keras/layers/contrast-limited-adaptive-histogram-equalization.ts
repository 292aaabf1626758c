/** Images of more contrast in each of their parts: Zuiderveld, "Contrast Limited Adaptive Histogram Equalization", Graphics Gems IV, 1994. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { gather, range, reshape, reshapeLike, sizeOfAxis, sizeOutput, sizes, transpose } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { add, cast, clip, div, equal, floor, floorDiv, minimum, mul, sub, where } from '../../graph/ops/math.js';
import { cumsum, min, sum } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { number, spatial } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { dataFormat } from './data-format.js';
import { checkImages, rescaled } from './images.js';
import { valueRangeField } from './random-image.js';

// Values are whole numbers of 8 bits while they are counted.
const BINS = 256;

const fields = {
  /** The smallest and the largest value of an image; `[0, 255]` by default. */
  valueRange: valueRangeField,
  /** How often a value counts in a tile at most, as a multiple of what it would be were all values as frequent; without a limit for 0 or less; 4 by default. */
  clipLimit: number({ default: 4 }),
  /** Into how many rows and columns of tiles an image is divided, at least 1; 8 by default. */
  tileGridSize: spatial(2, { default: 8 }),
  dataFormat,
};
export type ContrastLimitedAdaptiveHistogramEqualizationOptions = LayerOptionsOf<typeof fields>;

/** `[batch, height, width, channels]`, in the same shape and element type, in training and inference. */
export class ContrastLimitedAdaptiveHistogramEqualization extends Layer<typeof fields> {
  static readonly className = 'ContrastLimitedAdaptiveHistogramEqualization';
  static readonly fields = fields;
  static readonly ignoredKeys = ['bounding_box_format'];

  protected override build(shape: Shape): void {
    // An image is completed to whole tiles by its mirror image, which is not larger than itself.
    if (this.options.tileGridSize.some((count, i) => 2 * (shape[i + 1] ?? count) < count))
      throw new ValueError(
        `layer \`${this.name}\` needs images of at least half as many rows and columns as its tiles have, [${this.options.tileGridSize.join(', ')}], received [${shape.map((s) => s ?? 'null').join(', ')}]`,
      );
  }

  protected override call(_ctx: Context, x: Output): Output {
    checkImages(this.name, x);
    const { valueRange, tileGridSize } = this.options;
    const [rows, columns] = tileGridSize as [number, number];
    const values = cast(clip(rescaled(cast(x, 'float32'), valueRange, [0, 255]), 0, 255), 'int32');
    const [height, width, channels] = [1, 2, 3].map((axis) => sizeOutput(x, sizeOfAxis(x, axis))) as [Output, Output, Output];
    const [tileHeight, tileWidth] = [tileSize(height, rows), tileSize(width, columns)];

    const table = reshape(this.#levels(values, tileHeight, tileWidth), [-1]);
    const image = reshape(range(x, 0, sizeOfAxis(x, 0)), [-1, 1, 1, 1]);
    const level = (row: Output, column: Output): Output => {
      const tile = add(mul(add(mul(image, rows), row), columns), column);
      const channel = add(mul(tile, channels), range(x, 0, channels));
      return gather(table, add(mul(channel, BINS), values));
    };
    const [above, below, down] = neighbours(height, tileHeight, rows, [1, -1, 1, 1]);
    const [left, right, along] = neighbours(width, tileWidth, columns, [1, 1, -1, 1]);
    const upper = mix(level(above, left), level(above, right), along);
    const lower = mix(level(below, left), level(below, right), along);
    return cast(rescaled(reshapeLike(mix(upper, lower, down), x), [0, 255], valueRange), x.dtype);
  }

  /** What each value becomes in each tile: `[batch × rows × columns × channels, 256]`. */
  #levels(values: Output, tileHeight: Output, tileWidth: Output): Output {
    const { clipLimit, tileGridSize } = this.options;
    const [rows, columns] = tileGridSize as [number, number];
    const [height, width, channels] = [1, 2, 3].map((axis) => sizeOutput(values, sizeOfAxis(values, axis))) as [Output, Output, Output];
    const [missingRows, missingColumns] = [sub(mul(tileHeight, rows), height), sub(mul(tileWidth, columns), width)];
    const paddings = reshape(sizes(values, [0, 0, 0, missingRows, 0, missingColumns, 0, 0]), [4, 2]);
    const whole = op('MirrorPad', [values, paddings], { mode: 'SYMMETRIC' });
    const tiles = transpose(reshape(whole, [-1, rows, tileHeight, columns, tileWidth, channels]), [0, 1, 3, 5, 2, 4]);
    const area = mul(tileHeight, tileWidth);
    const none = values.graph.constant([], 'float32', [0]);
    const counts = op('DenseBincount', [reshape(tiles, [-1, area]), constantLike(values, BINS), none]);
    const upTo = cumsum(clipLimit > 0 ? limited(counts, cast(mul(cast(area, 'float64'), clipLimit / BINS), 'float32')) : counts, -1);
    const least = min(upTo, -1, true);
    const rest = sub(cast(area, 'float32'), least);
    return clip(div(mul(sub(upTo, least), 255), where(equal(rest, 0), 1, rest)), 0, 255);
  }
}

/** How long a tile is of which `count` cover `size` pixels. */
const tileSize = (size: Output, count: number): Output => floorDiv(add(size, count - 1), count);

/** Counts of at most `limit`, where all share what is above. */
function limited(counts: Output, limit: Output): Output {
  const most = minimum(counts, limit);
  return add(most, div(sum(sub(counts, most), -1, true), BINS));
}

/** The tiles whose middles are next to each pixel along an axis, before and behind it, and how far it is from the former to the latter. */
function neighbours(size: Output, tile: Output, count: number, shape: readonly number[]): readonly [Output, Output, Output] {
  const length = cast(tile, 'float32');
  const place = add(div(sub(cast(range(size, 0, size), 'float32'), div(length, 2)), length), 1);
  const before = floor(place);
  const [first, second] = [1, 0].map((back) => reshape(clip(sub(cast(before, 'int32'), back), 0, count - 1), shape));
  return [first as Output, second as Output, reshape(sub(place, before), shape)];
}

const mix = (a: Output, b: Output, amount: Output): Output => add(mul(a, sub(1, amount)), mul(b, amount));

export const contrastLimitedAdaptiveHistogramEqualization = factory<
  ContrastLimitedAdaptiveHistogramEqualizationOptions | undefined,
  ContrastLimitedAdaptiveHistogramEqualization
>(ContrastLimitedAdaptiveHistogramEqualization);
