/** What layers for images share. */
import { ValueError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';
import { sizeOfAxis, sizes } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { add, cast, div, mul, sub } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';

/** @throws ValueError for anything but a batch of images */
export function checkImages(name: string, x: Output): void {
  if (x.rank !== 4) throw new ValueError(`layer \`${name}\` needs an input [batch, height, width, channels], received ${x}`);
}

/** @throws ValueError for images whose height or width is not known */
export function checkKnownSize(name: string, shape: Shape): void {
  if (typeof shape[1] !== 'number' || typeof shape[2] !== 'number')
    throw new ValueError(`layer \`${name}\` needs images of a known size, received [${shape.map((s) => s ?? 'null').join(', ')}]`);
}

/** @throws ValueError for images that are not of red, green and blue, or of another number of channels that is allowed */
export function checkColours(name: string, shape: Shape, also?: number): void {
  const channels = shape.at(-1);
  if (channels !== 3 && channels !== also)
    throw new ValueError(
      `layer \`${name}\` needs images of 3 channels${also === undefined ? '' : ` or ${also}`}, received [${shape.map((s) => s ?? 'null').join(', ')}]`,
    );
}

// ITU-R BT.601: how much red, green and blue count for brightness.
const BRIGHTNESS = [0.2989, 0.587, 0.114];

/** The brightness of images of three channels, `[batch, height, width, 1]`. */
export const brightnessOf = (images: Output): Output =>
  sum(mul(images, cast(constantLike(images, BRIGHTNESS, 'float32'), images.dtype)), -1, true);

/** Images with values of the range `from`, with values of the range `to`. */
export function rescaled(images: Output, from: readonly [number, number], to: readonly [number, number]): Output {
  if (from[0] === to[0] && from[1] === to[1]) return images;
  return add(mul(div(sub(images, from[0]), from[1] - from[0]), to[1] - to[0]), to[0]);
}

/** How pixels are taken from images at places that are between pixels or outside. */
export interface Sampling {
  readonly fillMode: string;
  readonly interpolation: string;
  readonly fillValue: number;
}

/**
 * Images whose pixel at `(x, y)` is taken from `((a₀ x + a₁ y + a₂) / k, (b₀ x + b₁ y + b₂) / k)` with `k = c₀ x + c₁ y + 1`.
 *
 * @param transforms `[a₀, a₁, a₂, b₀, b₁, b₂, c₀, c₁]` for each image, `[batch, 8]`, `float32`.
 */
export function projected(images: Output, transforms: Output, { fillMode, interpolation, fillValue }: Sampling): Output {
  const size = [sizeOfAxis(images, 1), sizeOfAxis(images, 2)] as const;
  const inputs = [cast(images, 'float32'), transforms, sizes(images, size), constantLike(images, fillValue, 'float32')];
  const moved = op('ImageProjectiveTransformV3', inputs, {
    interpolation: interpolation.toUpperCase(),
    fill_mode: fillMode.toUpperCase(),
  });
  return cast(moved, images.dtype);
}
