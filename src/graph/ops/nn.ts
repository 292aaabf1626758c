/** Neural network ops: products, convolutions, pooling, activations, losses. Data is channels last. */
import type { Output } from '../graph.js';
import { expandDims, squeeze } from './array.js';
import { op, ops, unary } from './core.js';

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

/** `x`: `[batch, height, width, channels]`, `filter`: `[height, width, channels, filters]`. */
export const conv2d = (
  x: Output,
  filter: Output,
  strides: readonly number[],
  padding: Padding,
  dilations: readonly number[] = [1, 1],
): Output => op('Conv2D', [x, filter], { strides: window(strides), padding: paddingAttribute(padding), dilations: window(dilations) });

export const conv3d = (
  x: Output,
  filter: Output,
  strides: readonly number[],
  padding: Padding,
  dilations: readonly number[] = [1, 1, 1],
): Output => op('Conv3D', [x, filter], { strides: window(strides), padding: paddingAttribute(padding), dilations: window(dilations) });

/** The gradient of `conv2d` with respect to its input, that is a transposed convolution; `shape` is that of the result. */
export const conv2dBackpropInput = (
  shape: Output,
  filter: Output,
  dy: Output,
  strides: readonly number[],
  padding: Padding,
  dilations: readonly number[] = [1, 1],
): Output =>
  op('Conv2DBackpropInput', [shape, filter, dy], {
    strides: window(strides),
    padding: paddingAttribute(padding),
    dilations: window(dilations),
  });

export const conv3dBackpropInput = (
  shape: Output,
  filter: Output,
  dy: Output,
  strides: readonly number[],
  padding: Padding,
  dilations: readonly number[] = [1, 1, 1],
): Output =>
  op('Conv3DBackpropInputV2', [shape, filter, dy], {
    strides: window(strides),
    padding: paddingAttribute(padding),
    dilations: window(dilations),
  });

/** `filter`: `[height, width, channels, multiplier]`. */
export const depthwiseConv2d = (
  x: Output,
  filter: Output,
  strides: readonly number[],
  padding: Padding,
  dilations: readonly number[] = [1, 1],
): Output =>
  op('DepthwiseConv2dNative', [x, filter], { strides: window(strides), padding: paddingAttribute(padding), dilations: window(dilations) });

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
    return op(size.length === 2 ? type2d : type3d, [x], {
      ksize: window(size),
      strides: window(strides),
      padding: paddingAttribute(padding),
    });
  };

/** Over windows of one, two or three spatial axes. */
export const maxPool = pool('MaxPool', 'MaxPool3D');
/** The mean over the part of each window that lies within `x`. */
export const avgPool = pool('AvgPool', 'AvgPool3D');

/** Per-row loss of `logits` `[rows, classes]` against class numbers `labels` `[rows]`. */
export const sparseSoftmaxCrossEntropy = (logits: Output, labels: Output): Output =>
  ops('SparseSoftmaxCrossEntropyWithLogits', [logits, labels])[0] as Output;

/** Per-row loss of `logits` `[rows, classes]` against probabilities of the same shape. */
export const softmaxCrossEntropy = (logits: Output, labels: Output): Output =>
  ops('SoftmaxCrossEntropyWithLogits', [logits, labels])[0] as Output;
