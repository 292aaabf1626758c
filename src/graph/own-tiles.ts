/** Products in `bfloat16` for which we have kernels of our own, where the processor has tiles. */
import { binding } from '../native/loader.js';
import type { Shape } from '../tensor-spec.js';
import type { Attributes, Output } from './graph.js';

/** Fewer weights stay in the processor's cache when they have been rounded. */
const LEAST_WEIGHTS = 2 ** 17;
/** With more rows, the product takes much longer than reading the weights, and libtensorflow's kernel is as fast. */
const MOST_ROWS = 128;

const isOnes = (steps: unknown): boolean => ((steps ?? []) as readonly number[]).every((step) => step === 1);

/**
 * Whether ours is the better kernel for the gradient of a filter of a shape: without strides, dilations and groups.
 *
 * Forward, and for the gradient of its input, such a convolution takes as long with libtensorflow's kernels.
 */
export function isTiledGradient(x: Output, filter: Shape, { strides, dilations, padding }: Attributes): boolean {
  const isUsual = isOnes(strides) && isOnes(dilations) && (padding === 'SAME' || padding === 'VALID');
  const isKnown = filter.length === 4 && x.shape?.at(-1) === filter[2];
  return x.dtype === 'bfloat16' && isUsual && isKnown && binding().hasTiles();
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
  const isRounded = type === 'Cast' && weights?.dtype === 'float32' && x.dtype === 'bfloat16' && isTurned !== true;
  if (!isRounded || shape?.length !== 2 || shape.includes(null) || x.shape?.length !== 2) return null;
  const isLarge = (shape as number[]).reduce((a, b) => a * b) >= LEAST_WEIGHTS;
  return isLarge && (x.shape[0] ?? 0) <= MOST_ROWS && binding().hasTiles() ? weights : null;
}
