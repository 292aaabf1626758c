/** Neural network ops: products, convolutions, pooling, activations, losses. Data is channels last. */
import type { Attributes, Output } from '../graph.js';
import { concat, expandDims, shapeOf, split, squeeze } from './array.js';
import { constantLike, op, ops, unary } from './core.js';
import { cast } from './math.js';
import { ownConv2d } from './own-convolution.js';

export type Padding = 'same' | 'valid';

const paddingAttribute = (padding: Padding): string => padding.toUpperCase();

/** The product of two matrices. */
export const matMul = (a: Output, b: Output, options: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {}): Output =>
  op('MatMul', [a, b], { transpose_a: options.transposeA ?? false, transpose_b: options.transposeB ?? false });

/** Products of the matrices in the last two axes; the axes before broadcast. */
export const batchMatMul = (a: Output, b: Output, options: { readonly adjointA?: boolean; readonly adjointB?: boolean } = {}): Output =>
  op('BatchMatMulV2', [a, b], { adj_x: options.adjointA ?? false, adj_y: options.adjointB ?? false });

/** A sum of products by Einstein's convention, of one or two operands. */
export const einsum = (equation: string, inputs: readonly Output[]): Output => op('Einsum', [inputs], { equation });

/** Adds a vector to the last axis. */
export const biasAdd = (x: Output, bias: Output): Output => op('BiasAdd', [x, bias]);

export const relu = unary('Relu');
export const relu6 = unary('Relu6');
export const elu = unary('Elu');
export const selu = unary('Selu');
export const softplus = unary('Softplus');
export const softsign = unary('Softsign');
export const leakyRelu = (x: Output, negativeSlope: number): Output => op('LeakyRelu', [x], { alpha: negativeSlope });
/** Over the last axis. */
export const softmax = unary('Softmax');
export const logSoftmax = unary('LogSoftmax');

/** Spatial sizes of an op's window; batch and channels get 1. */
const window = (spatial: readonly number[]): number[] => [1, ...spatial, 1];

const convolution = (strides: readonly number[], padding: Padding): Attributes => ({
  strides: window(strides),
  padding: paddingAttribute(padding),
});

/**
 * Spreads a filter's taps apart, with zeros between them: a convolution with it is a dilated one, which most CPU kernels cannot do
 * (only `Conv2D` forward can).
 */
export function dilate(filter: Output, rates: readonly number[]): Output {
  if (rates.every((rate) => rate === 1)) return filter;
  const [shape, strides] = [dilatedShape(filter, rates), constantLike(filter, [...rates, 1, 1])];
  const begin = constantLike(filter, Array(filter.rank).fill(0) as number[]);
  // The gradient of taking every n-th value puts values at every n-th place, in one op.
  return op('StridedSliceGrad', [shape, begin, shape, strides, filter]);
}

/** The shape of {@link dilate}'s result. */
export const dilatedShape = (filter: Output, rates: readonly number[]): Output =>
  rates.every((rate) => rate === 1)
    ? shapeOf(filter)
    : constantLike(
        filter,
        (filter.shape as number[]).map((size, i) => (size - 1) * (rates[i] ?? 1) + 1),
      );

/** `x`: `[batch, height, width, channels]`, `filter`: `[height, width, channels / groups, filters]`. */
export function conv2d(
  x: Output,
  filter: Output,
  strides: readonly number[],
  padding: Padding,
  dilations: readonly number[] = [1, 1],
): Output {
  const isPlain = [...strides, ...dilations].every((n) => n === 1);
  const own = isPlain ? ownConv2d(x, filter, padding === 'same' ? 'SAME' : 'VALID') : null;
  return own ?? op('Conv2D', [x, filter], { ...convolution(strides, padding), dilations: window(dilations) });
}

/** `x`: `[batch, depth, height, width, channels]`, `filter`: `[depth, height, width, channels / groups, filters]`. */
export function conv3d(
  x: Output,
  filter: Output,
  strides: readonly number[],
  padding: Padding,
  dilations: readonly number[] = [1, 1, 1],
): Output {
  const groups = ((x.shape as number[]).at(-1) as number) / ((filter.shape as number[]).at(-2) as number);
  // The op itself knows no groups.
  const filters = split(dilate(filter, dilations), groups, -1);
  const parts = split(x, groups, -1).map((part, i) => op('Conv3D', [part, filters[i] as Output], convolution(strides, padding)));
  return concat(parts, -1);
}

/** The gradient of `conv2d` with respect to its input, that is a transposed convolution; `shape` is that of the result. */
export const conv2dBackpropInput = (
  shape: Output,
  filter: Output,
  dy: Output,
  strides: readonly number[],
  padding: Padding,
  dilations: readonly number[] = [1, 1],
): Output => op('Conv2DBackpropInput', [shape, dilate(filter, dilations), dy], convolution(strides, padding));

export const conv3dBackpropInput = (
  shape: Output,
  filter: Output,
  dy: Output,
  strides: readonly number[],
  padding: Padding,
  dilations: readonly number[] = [1, 1, 1],
): Output => op('Conv3DBackpropInputV2', [shape, dilate(filter, dilations), dy], convolution(strides, padding));

/** `filter`: `[height, width, channels, multiplier]`; both strides must be equal. */
export const depthwiseConv2d = (
  x: Output,
  filter: Output,
  strides: readonly number[],
  padding: Padding,
  dilations: readonly number[] = [1, 1],
): Output => op('DepthwiseConv2dNative', [x, dilate(filter, dilations)], convolution(strides, padding));

const pool =
  (type2d: string, type3d: string) =>
  (x: Output, size: readonly number[], strides: readonly number[], padding: Padding): Output => {
    if (size.length === 1) {
      const [width, stride] = [size[0] as number, strides[0] as number];
      return squeeze(
        op(type2d, [expandDims(x, 1)], { ksize: window([1, width]), strides: window([1, stride]), padding: paddingAttribute(padding) }),
        [1],
      );
    }
    const attributes = { ksize: window(size), strides: window(strides), padding: paddingAttribute(padding) };
    // There is no kernel for three axes in float16.
    if (size.length === 3 && x.dtype === 'float16') return cast(op(type3d, [cast(x, 'float32')], attributes), 'float16');
    return op(size.length === 2 ? type2d : type3d, [x], attributes);
  };

const greatest = pool('MaxPool', 'MaxPool3D');

/**
 * Over windows of one, two or three spatial axes.
 *
 * What grows with its input comes after it, once for each window and not for each of its elements: `Relu`, and a bias in `float32` (in others
 * libtensorflow adds it before a convolution is rounded). The numbers are the same. So are the gradients, but where elements of a window differ
 * only until the bias is added: then the greatest has it, not the first.
 */
export function maxPool(x: Output, size: readonly number[], strides: readonly number[], padding: Padding): Output {
  const { type, inputs } = x.operation;
  const [before, bias] = inputs as [Output, Output];
  if (type === 'Relu') return relu(maxPool(before, size, strides, padding));
  if (type === 'BiasAdd' && x.dtype === 'float32') return biasAdd(maxPool(before, size, strides, padding), bias);
  return greatest(x, size, strides, padding);
}

/** The mean over the part of each window that lies within `x`. */
export const avgPool = pool('AvgPool', 'AvgPool3D');

/** Per-row loss of `logits` `[rows, classes]` against class numbers `labels` `[rows]`. */
export const sparseSoftmaxCrossEntropy = (logits: Output, labels: Output): Output =>
  ops('SparseSoftmaxCrossEntropyWithLogits', [logits, labels])[0] as Output;

/** Per-row loss of `logits` `[rows, classes]` against probabilities of the same shape. */
export const softmaxCrossEntropy = (logits: Output, labels: Output): Output =>
  ops('SoftmaxCrossEntropyWithLogits', [logits, labels])[0] as Output;
