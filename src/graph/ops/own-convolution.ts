/** Convolutions for which we have kernels of our own: without strides, dilations and groups, channels last. */
import type { Output } from '../graph.js';
import { hasOwnOps } from '../own-ops.js';
import { widensProducts } from '../widened.js';
import { shapeOf } from './array.js';
import { op } from './core.js';

/** As TensorFlow's attribute spells it. */
export type OwnPadding = 'SAME' | 'VALID';

/** From so many channels on, and in multiples of it, minimal filtering pays. */
const MINIMAL_CHANNELS = 16;
/** With more pairs of channels and filters than this, reading transformed filters takes longer than plain sums. */
const MOST_PAIRS = 2 ** 16;
/** Up to so many channels libtensorflow's kernels waste most of a vector. */
const FEW_CHANNELS = 4;

/** Whether a filter's shape, `[height, width, channels, filters]`, is one for minimal filtering; the kernel decides by the same rule. */
function isMinimal(filter: readonly number[]): boolean {
  const [height, width, channels, filters] = filter as [number, number, number, number];
  const many = channels % MINIMAL_CHANNELS === 0 && filters % MINIMAL_CHANNELS === 0;
  return height === width && (height === 3 || height === 5) && many && channels * filters <= MOST_PAIRS;
}

/** The convolution of `x` with `filter` in an op of our own; `null` where libtensorflow's is as good, or ours cannot be used. */
export function ownConv2d(x: Output, filter: Output, padding: OwnPadding): Output | null {
  const channels = x.shape?.at(-1);
  const sizes = filter.shape ?? [null];
  const isKnown = sizes.every((n) => n !== null) && channels === sizes[2];
  const isFloat32 = x.dtype === 'float32' || (x.dtype === 'bfloat16' && widensProducts(x.graph));
  if (!isKnown || !isFloat32 || !hasOwnOps(x.graph)) return null;
  const [height, width] = sizes as [number, number];
  // TensorFlow says where an image is too small.
  const fits = padding === 'SAME' || [height, width].every((taps, axis) => (x.shape?.[axis + 1] ?? taps) >= taps);
  if (!fits) return null;
  const isDirect = (channels as number) <= FEW_CHANNELS && height * width > 1;
  return isDirect || isMinimal(sizes as number[]) ? convolved(x, filter, padding) : null;
}

const convolved = (x: Output, filter: Output, padding: OwnPadding): Output =>
  op(padding === 'SAME' ? 'FedkerasConv2DSame' : 'FedkerasConv2DValid', [x, filter]);

/** What one of our ops has for gradients; `like` stands for what has the gradient's shape. */
export const ownGradients = (padding: OwnPadding) => ({
  input: (like: Output, filter: Output, dy: Output): Output =>
    isMinimal(filter.shape as number[])
      ? op('FedkerasConv2DBackpropInput', [like, filter, dy], { padding })
      : op('Conv2DBackpropInput', [shapeOf(like), filter, dy], { strides: [1, 1, 1, 1], padding }),
  filter: (x: Output, like: Output, dy: Output): Output => op('FedkerasConv2DBackpropFilter', [x, like, dy], { padding }),
  output: (x: Output, filter: Output): Output => convolved(x, filter, padding),
});
