/** Images bent at random in training: Simard et al., ICDAR 2003. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, gather, onesLike, range, reshape, type Size, sizeOfAxis, sizeOutput, sizes } from '../../graph/ops/array.js';
import {
  abs,
  add,
  cast,
  clip,
  divNoNan,
  equal,
  exp,
  floor,
  floorMod,
  less,
  logicalAnd,
  mul,
  round,
  square,
  sub,
  where,
} from '../../graph/ops/math.js';
import { conv2d } from '../../graph/ops/nn.js';
import { randomNormal, randomUniform } from '../../graph/ops/random.js';
import { max, min, sum } from '../../graph/ops/reduce.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { field } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { widened } from './half-precision.js';
import type { Sampling } from './images.js';
import { randomAffineFields } from './random-affine.js';
import { RandomImage, type Range, rangeField, valueRangeField } from './random-image.js';

const range01 = rangeField(0, 1);
const share = field<number | Range, Range>(range01.parse, range01.serialize, 1);
const fields = {
  /** The share of images that are bent: bounds in `[0, 1]`, or one number `f` for `[0, f]`; 1 by default, which is half of them. */
  factor: share,
  /** How strongly, drawn once for all images of a batch: bounds in `[0, 1]`, or one number `f` for `[0, f]`; 1 by default. */
  scale: share,
  ...randomAffineFields,
  /** The smallest and the largest value of an image, which all results are clipped to; `[0, 255]` by default. */
  valueRange: valueRangeField,
};
export type RandomElasticTransformOptions = LayerOptionsOf<typeof fields>;

/** Pixels come from places that are moved by smooth noise; as in Keras, as far down as to the right. */
export class RandomElasticTransform extends RandomImage<typeof fields> {
  static readonly className = 'RandomElasticTransform';
  static readonly fields = fields;

  protected override change(ctx: Context, images: Output): Output {
    const { factor, scale, valueRange } = this.options;
    if (factor[1] === 0 || scale[1] === 0) return images;
    const probability = this.draw(ctx, images, factor);
    const isBent = less(this.draw(ctx, images, [0, 1]), probability);
    const strength = add(mul(randomUniform(ctx.seed(), []), scale[1] - scale[0]), scale[0]);
    const [height, width] = [sizeOfAxis(images, 1), sizeOfAxis(images, 2)];
    const size = cast(sizes(images, [height, width]), 'float32');
    const sigma = mul(min(size), mul(strength, 0.05));
    const noise = mul(randomNormal(ctx.seed(), [sizeOfAxis(images, 0), height, width]), sigma);
    const moves = mul(smoothed(noise, sigma), mul(max(size), mul(strength, 0.1)));
    const bent = sampled(widened(images), [along(moves, height, 1), along(moves, width, 2)], this.options);
    return clip(where(isBent, cast(bent, images.dtype), images), ...valueRange);
  }
}

/** The places of pixels along one axis of `[batch, height, width]`, moved. */
function along(moves: Output, size: Size, axis: number): Output {
  const places = cast(range(moves, 0, size), moves.dtype);
  return add(moves, axis === 1 ? expandDims(places, 1) : places);
}

/** `[batch, height, width]`, blurred by a Gaussian of the deviation `sigma`, cut off at about three of them; outside there is 0. */
function smoothed(x: Output, sigma: Output): Output {
  const reach = mul(cast(sigma, 'int32'), 3);
  const distances = cast(range(x, mul(reach, -1), add(reach, 1)), 'float32');
  const bell = exp(mul(square(divNoNan(distances, sigma)), -0.5));
  const kernel = divNoNan(bell, sum(bell));
  const blurred = [
    [-1, 1, 1, 1],
    [1, -1, 1, 1],
  ].reduce((y, shape) => conv2d(y, reshape(kernel, shape), [1, 1], 'same'), expandDims(x, 3));
  return reshape(blurred, [sizeOfAxis(x, 0), sizeOfAxis(x, 1), sizeOfAxis(x, 2)]);
}

/** Images' values at places `[y, x]`, each `[batch, height, width]` in pixels. */
function sampled(images: Output, places: readonly [Output, Output], { fillMode, interpolation, fillValue }: Sampling): Output {
  const [batch, height, width, channels] = [0, 1, 2, 3].map((axis) => sizeOfAxis(images, axis)) as [Size, Size, Size, Size];
  const pixels = reshape(images, [batch, -1, channels]);
  const [ys, xs] = places.map((place) => neighbours(place, interpolation)) as [Neighbour[], Neighbour[]];
  const parts = ys.flatMap((y) =>
    xs.map((x) => {
      const [row, column] = [inside(y.index, height, fillMode), inside(x.index, width, fillMode)];
      const found = gather(pixels, add(mul(row, width), column), 1, 1);
      const isInside = expandDims(logicalAnd(equal(row, y.index), equal(column, x.index)), 3);
      const value = fillMode === 'constant' ? where(isInside, found, fillValue) : found;
      return mul(value, cast(expandDims(mul(y.weight, x.weight), 3), images.dtype));
    }),
  );
  return parts.reduce((a, b) => add(a, b));
}

/** A pixel along one axis, and how much it counts. */
interface Neighbour {
  readonly index: Output;
  readonly weight: Output;
}

function neighbours(place: Output, interpolation: string): Neighbour[] {
  if (interpolation === 'nearest') return [{ index: cast(round(place), 'int32'), weight: onesLike(place) }];
  const lower = floor(place);
  const index = cast(lower, 'int32');
  const upperWeight = sub(place, lower);
  return [
    { index, weight: sub(1, upperWeight) },
    { index: add(index, 1), weight: upperWeight },
  ];
}

/** What stands for an index that may be outside of an axis; Keras mirrors negative ones without repeating the first pixel. */
function inside(index: Output, size: Size, fillMode: string): Output {
  if (fillMode === 'wrap') return floorMod(index, size);
  if (fillMode !== 'reflect') return clip(index, 0, sub(sizeOutput(index, size), 1));
  const period = mul(sizeOutput(index, size), 2);
  const folded = floorMod(abs(index), period);
  return where(less(folded, size), folded, sub(sub(period, folded), 1));
}

export const randomElasticTransform = factory<RandomElasticTransformOptions | undefined, RandomElasticTransform>(RandomElasticTransform);
