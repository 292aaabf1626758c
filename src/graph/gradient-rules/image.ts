/** Pooling and resizing. */
import type { Attributes, Output } from '../graph.js';
import { shapeOf } from '../ops/array.js';
import { constantLike, op } from '../ops/core.js';
import { hasOwnOps } from '../own-ops.js';
import { areOwnWindows } from '../own-pooling.js';
import { each, first, type GradientRule, pick, type Rules } from './rule.js';

const windows = ['ksize', 'strides', 'padding', 'explicit_paddings', 'data_format'] as const;
const sampling = ['align_corners', 'half_pixel_centers'] as const;

const maxPool = (gradient: string): GradientRule =>
  first((dy, { inputs: [x], outputs: [y], attributes }) => op(gradient, [x as Output, y as Output, dy], pick(attributes, ...windows)));

/** Whether our own kernel, several times as fast as `MaxPoolGrad`, does it. */
const isOurs = (x: Output, attributes: Attributes): boolean =>
  hasOwnOps(x.graph) && (x.dtype === 'float32' || x.dtype === 'bfloat16') && areOwnWindows(attributes);

const maxPool2D = first((dy, { inputs: [x], outputs: [y], attributes }) =>
  isOurs(x as Output, attributes)
    ? op('FedkerasMaxPoolGrad', [x as Output, dy], pick(attributes, 'ksize', 'strides', 'padding'))
    : op('MaxPoolGrad', [x as Output, y as Output, dy], pick(attributes, ...windows)),
);

const ownMaxPoolGrad = each((g, { inputs: [x], attributes }) => [
  null,
  () => op('MaxPoolGradGrad', [x as Output, op('MaxPool', [x as Output], attributes), g], attributes),
]);

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
  MaxPool: maxPool2D,
  FedkerasMaxPoolGrad: ownMaxPoolGrad,
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
