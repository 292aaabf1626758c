/** Pooling for which we have kernels of our own. */
import type { Shape } from '../tensor-spec.js';
import type { Attributes, Output } from './graph.js';

/** Places in a window that our kernels number with 16 bits. */
const MOST_PLACES = 2 ** 15;
/** Our kernel for `float32` takes so many channels at once. */
const BLOCK = 4;

type Windows = {
  readonly ksize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: string;
};

/** Whether our kernels know such windows: those of height and width, without explicit padding. */
export const areOwnWindows = ({ ksize, data_format: format, padding }: Attributes): boolean =>
  (format ?? 'NHWC') === 'NHWC' &&
  (padding === 'SAME' || padding === 'VALID') &&
  (ksize as readonly number[])[0] === 1 &&
  (ksize as readonly number[])[3] === 1 &&
  (ksize as readonly number[]).reduce((a, b) => a * b) < MOST_PLACES;

/** Whether our kernel is the better one for the greatest of each window. */
export function isOwnPooling({ dtype, shape }: Output, attributes: Attributes): boolean {
  const channels = shape?.at(-1) ?? null;
  const isFaster = dtype === 'bfloat16' || (dtype === 'float32' && channels !== null && channels % BLOCK === 0);
  const { ksize, padding } = attributes as Windows;
  // TensorFlow says where an image is too small.
  const fits = padding === 'SAME' || ksize.every((size, axis) => (shape?.[axis] ?? size) >= size);
  return isFaster && fits && areOwnWindows(attributes);
}

/** The shape of what windows that fit into `x` give. */
export function pooledShape({ shape }: Output, attributes: Attributes): Shape {
  const { ksize, strides, padding } = attributes as Windows;
  return (shape ?? [null, null, null, null]).map((size, axis) => {
    if (size === null) return null;
    const last = padding === 'SAME' ? size - 1 : size - (ksize[axis] as number);
    return Math.floor(last / (strides[axis] as number)) + 1;
  });
}
