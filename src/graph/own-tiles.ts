/** Convolutions and products in `bfloat16` for which we have kernels of our own, where the processor has tiles. */
import { binding } from '../native/loader.js';
import type { Shape } from '../tensor-spec.js';
import type { Attributes, Output } from './graph.js';

/** With more pairs of channels and filters than this, putting filters into tiles takes longer than what that saves. */
const MOST_PAIRS = 2 ** 16;

/** Fewer weights stay in the processor's cache when they have been rounded. */
const LEAST_WEIGHTS = 2 ** 17;

const isOnes = (steps: unknown): boolean => ((steps ?? []) as readonly number[]).every((step) => step === 1);

/** Whether our kernels know such a convolution, and are the better ones: without strides, dilations and groups. */
export function isTiled({ dtype }: Output, filter: Shape, { strides, dilations, padding }: Attributes): boolean {
  if (dtype !== 'bfloat16' || !binding().hasTiles() || filter.length !== 4 || filter.includes(null)) return false;
  const [height, width, channels, filters] = filter as [number, number, number, number];
  const isUsual = isOnes(strides) && isOnes(dilations) && (padding === 'SAME' || padding === 'VALID');
  return isUsual && height * width > 1 && channels * filters <= MOST_PAIRS;
}

const shrunk = (filter: Shape, { padding }: Attributes, axis: number): number =>
  padding === 'VALID' && (axis === 1 || axis === 2) ? (filter[axis - 1] as number) - 1 : 0;

/** The shape of what images of a shape become; `null` where the filter does not fit into them, or has other channels than they have. */
export function tiledOutputs(images: Shape | null, filter: Shape, attributes: Attributes): Shape | null {
  if (images === null || images.at(-1) !== filter[2]) return null;
  const sizes = images.slice(0, 3).map((size, axis) => (size === null ? null : size - shrunk(filter, attributes, axis)));
  return sizes.slice(1).every((size) => size === null || size > 0) ? [...sizes, filter[3] as number] : null;
}

/** The shape of the images of such outputs; `null` where these have another last axis than the filter. */
export function tiledImages(outputs: Shape | null, filter: Shape, attributes: Attributes): Shape | null {
  if (outputs === null || outputs.at(-1) !== filter[3]) return null;
  const sizes = outputs.slice(0, 3).map((size, axis) => (size === null ? null : size + shrunk(filter, attributes, axis)));
  return [...sizes, filter[2] as number];
}

/**
 * The weights in `float32` that are a product's second factor in `bfloat16`, where our kernel, which reads them as they are, is the better one;
 * else `null`.
 */
export function tiledWeights(
  x: Output,
  { operation: { type, inputs }, shape }: Output,
  { transpose_a: isTurned }: Attributes,
): Output | null {
  const [weights] = inputs;
  const isRounded = type === 'Cast' && weights?.dtype === 'float32' && x.dtype === 'bfloat16' && binding().hasTiles();
  const isKnown = shape?.length === 2 && !shape.includes(null) && x.shape?.length === 2;
  const isLarge = isKnown && (shape as number[]).reduce((a, b) => a * b) >= LEAST_WEIGHTS;
  return isRounded && isLarge && isTurned !== true ? weights : null;
}
