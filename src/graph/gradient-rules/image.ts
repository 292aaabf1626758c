/** Pooling and resizing. */
import type { Output } from '../graph.js';
import { shapeOf } from '../ops/array.js';
import { constantLike, op } from '../ops/core.js';
import { each, first, type GradientRule, pick, type Rules } from './rule.js';

const windows = ['ksize', 'strides', 'padding', 'explicit_paddings', 'data_format'] as const;
const sampling = ['align_corners', 'half_pixel_centers'] as const;

const maxPool = (gradient: string): GradientRule =>
  first((dy, { inputs: [x], outputs: [y], attributes }) => op(gradient, [x as Output, y as Output, dy], pick(attributes, ...windows)));

const maxPoolGrad = (gradient: string): GradientRule =>
  each((g, { inputs: [x, y], attributes }) => [
    null,
    null,
    () => op(gradient, [x as Output, y as Output, g], pick(attributes, ...windows)),
  ]);

const averagePool = (gradient: string): GradientRule =>
  first((dy, { inputs: [x], attributes }) => op(gradient, [shapeOf(x as Output), dy], pick(attributes, ...windows)));

const averagePoolGrad = (forward: string): GradientRule =>
  each((g, { attributes }) => [null, () => op(forward, [g], pick(attributes, ...windows))]);

const interpolation = (gradient: string): GradientRule =>
  first((dy, { inputs: [x], attributes }) => op(gradient, [dy, x as Output], pick(attributes, ...sampling)));

export const imageRules: Rules = {
  MaxPool: maxPool('MaxPoolGrad'),
  MaxPoolGrad: maxPoolGrad('MaxPoolGradGrad'),
  MaxPool3D: maxPool('MaxPool3DGrad'),
  MaxPool3DGrad: maxPoolGrad('MaxPool3DGradGrad'),
  AvgPool: averagePool('AvgPoolGrad'),
  AvgPoolGrad: averagePoolGrad('AvgPool'),
  AvgPool3D: averagePool('AvgPool3DGrad'),
  AvgPool3DGrad: averagePoolGrad('AvgPool3D'),
  ResizeBilinear: interpolation('ResizeBilinearGrad'),
  ResizeBicubic: interpolation('ResizeBicubicGrad'),
  ResizeNearestNeighbor: first((dy, { inputs: [x], attributes }) => {
    const [, height, width] = (x as Output).shape ?? [];
    const size =
      typeof height === 'number' && typeof width === 'number'
        ? constantLike(dy, [height, width])
        : op('Slice', [shapeOf(x as Output), constantLike(dy, [1]), constantLike(dy, [2])]);
    return op('ResizeNearestNeighborGrad', [dy, size], pick(attributes, ...sampling));
  }),
};
