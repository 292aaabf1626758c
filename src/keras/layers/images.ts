/** What layers for images share. */
import { ValueError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';
import { constantLike } from '../../graph/ops/core.js';
import { add, cast, div, mul, sub } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import type { Shape } from '../../tensor-spec.js';

/** @throws ValueError for anything but a batch of images */
export function checkImages(name: string, x: Output): void {
  if (x.rank !== 4) throw new ValueError(`layer \`${name}\` needs an input [batch, height, width, channels], received ${x}`);
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
